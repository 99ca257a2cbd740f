package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// difference is what one says and the other does not, "" for nothing.
type difference struct{ verdict, xml, show, fixed string }

func (d difference) any() bool { return d != difference{} }

// String is all that differs.
func (d difference) String() string {
	var b strings.Builder
	for _, k := range []struct{ name, text string }{{"taken or refused", d.verdict}, {"xml", d.xml}, {"show", d.show}, {"what is shown when the text was loaded", d.fixed}} {
		if k.text != "" {
			fmt.Fprintf(&b, "  %s differs\n%s", k.name, k.text)
		}
	}
	return b.String()
}

// sharesWith is true when two differences are of one kind.
func (d difference) sharesWith(o difference) bool {
	switch {
	case d.verdict != "":
		return o.verdict != "" && d.verdict[:8] == o.verdict[:8]
	case d.xml != "":
		return o.xml != ""
	case d.show != "":
		return o.show != ""
	}
	return o.fixed != ""
}

// answer is what a program makes of a case.
type answer struct {
	taken    bool
	messages string
	xml      []string // canonical
	show     string
}

// judges are the two programs.
type judges struct {
	peer *session
	ours string
	dir  string
}

func newJudges(peer, ours string) (*judges, error) {
	dir, err := os.MkdirTemp("", "crmdiffer")
	if err != nil {
		return nil, err
	}
	ours, err = filepath.Abs(ours)
	if err != nil {
		return nil, err
	}
	return &judges{peer: newSession(peer, dir), ours: ours, dir: dir}, nil
}

func (j *judges) close() {
	j.peer.end()
	os.RemoveAll(j.dir)
}

// compare asks both.
func (j *judges) compare(c testCase) (difference, error) {
	var d difference
	theirs, err := j.peer.try(c)
	if err != nil {
		return d, err
	}
	mine, err := j.try(c)
	if err != nil {
		return d, err
	}
	if mine.taken != theirs.taken {
		d.verdict = fmt.Sprintf("  ours %t\n%s  peer %t\n%s", mine.taken, indent(mine.messages), theirs.taken, indent(theirs.messages))
		return d, nil
	}
	if !mine.taken {
		return d, nil
	}
	d.xml = diff(mine.xml, theirs.xml)
	d.show = diff(lines(mine.show), lines(theirs.show))
	d.fixed, err = j.again(c, mine) // last: it goes on from what is left of ours.xml
	return d, err
}

// again loads what is saved into an empty CIB and looks for the same text.
func (j *judges) again(c testCase, a answer) (string, error) {
	cib := filepath.Join(j.dir, "again.xml")
	if err := os.WriteFile(cib, []byte(bases[c.base].empty), 0o644); err != nil {
		return "", err
	}
	text := filepath.Join(j.dir, "again.crm")
	os.Remove(text)
	j.run(filepath.Join(j.dir, "ours.xml"), "configure\nsave "+text+"\n")
	_, messages := j.run(cib, "configure\nload replace "+text+"\ncommit force\n")
	show, err := j.show(cib)
	if err != nil {
		return "", err
	}
	if out := diff(lines(show), lines(a.show)); out != "" {
		return indent(messages) + out, nil
	}
	return "", nil
}

// try gives a case to our program.
func (j *judges) try(c testCase) (answer, error) {
	var a answer
	cib := filepath.Join(j.dir, "ours.xml")
	if err := os.WriteFile(cib, []byte(bases[c.base].whole), 0o644); err != nil {
		return a, err
	}
	typed, err := c.typed(j.dir)
	if err != nil {
		return a, err
	}
	a.taken, a.messages = j.run(cib, "configure\n"+strings.Join(typed, "\n")+"\ncommit\n")
	if !a.taken {
		return a, nil
	}
	if a.xml, err = canonical(cib); err != nil {
		return a, err
	}
	a.show, err = j.show(cib)
	return a, err
}

// run gives our program a script.
func (j *judges) run(cib, script string) (ok bool, messages string) {
	file := filepath.Join(j.dir, "script")
	if err := os.WriteFile(file, []byte(script), 0o644); err != nil {
		return false, err.Error()
	}
	cmd := exec.Command(j.ours, "-f", file)
	cmd.Env = environment(j.dir, cib)
	out, err := cmd.CombinedOutput()
	return err == nil, string(out)
}

func (j *judges) show(cib string) (string, error) {
	cmd := exec.Command(j.ours, "-D", "plain", "configure", "show")
	cmd.Env = environment(j.dir, cib)
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("show: %w", err)
	}
	return string(out), nil
}

func environment(dir, cib string) []string {
	return append(os.Environ(), "CIB_file="+cib, "HOME="+dir, "LC_ALL=C.UTF-8", "TZ=UTC", "NO_COLOR=1", "TERM=dumb",
		"PAGER=/bin/cat", "EDITOR=/bin/true", "PYTHONUNBUFFERED=1")
}

func indent(text string) string {
	var b strings.Builder
	for _, l := range lines(text) {
		b.WriteString("    " + l + "\n")
	}
	return b.String()
}

// lines of a text, without blanks at their ends.
func lines(text string) []string {
	var list []string
	for l := range strings.Lines(text) {
		if l = strings.TrimRight(l, " \t\r\n"); l != "" {
			list = append(list, l)
		}
	}
	return list
}

// diff are the lines that only one has, in order.
func diff(ours, peers []string) string {
	for len(ours) > 0 && len(peers) > 0 && ours[0] == peers[0] {
		ours, peers = ours[1:], peers[1:]
	}
	for len(ours) > 0 && len(peers) > 0 && ours[len(ours)-1] == peers[len(peers)-1] {
		ours, peers = ours[:len(ours)-1], peers[:len(peers)-1]
	}
	var b strings.Builder
	for _, l := range ours {
		b.WriteString("  - ours " + l + "\n")
	}
	for _, l := range peers {
		b.WriteString("  + peer " + l + "\n")
	}
	return b.String()
}
