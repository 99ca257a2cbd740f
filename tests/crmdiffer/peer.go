package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// session is one crmsh that is given case after case: it starts slowly. What
// it says to a line ends where it complains about a word made up for that.
type session struct {
	program string
	dir     string
	cib     string
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	marks   int
}

func newSession(program, dir string) *session {
	return &session{program: program, dir: dir, cib: filepath.Join(dir, "peer.xml")}
}

func (s *session) start() error {
	if s.cmd != nil {
		return nil
	}
	s.cmd = exec.Command(s.program, "-f", "-")
	s.cmd.Env = environment(s.dir, s.cib)
	s.cmd.Dir = s.dir
	in, err := s.cmd.StdinPipe()
	if err != nil {
		return err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer w.Close()
	s.cmd.Stdout, s.cmd.Stderr = w, w
	s.in, s.out = in, bufio.NewReader(r)
	if err := s.cmd.Start(); err != nil {
		s.cmd = nil
		return err
	}
	_, err = s.say("configure")
	return err
}

// end ends the session; the next case starts another.
func (s *session) end() {
	if s.cmd == nil {
		return
	}
	s.in.Close()
	timer := time.AfterFunc(3*time.Second, func() { s.cmd.Process.Kill() })
	io.Copy(io.Discard, s.out)
	s.cmd.Wait()
	timer.Stop()
	s.cmd = nil
}

// say types a line and returns what comes back; io.EOF when crmsh died of it.
func (s *session) say(line string) (string, error) {
	s.marks++
	mark := fmt.Sprintf("zz%dmark", s.marks)
	if _, err := io.WriteString(s.in, line+"\n"+mark+"\n"); err != nil {
		return "", err
	}
	timer := time.AfterFunc(30*time.Second, func() { s.cmd.Process.Kill() })
	defer timer.Stop()
	var b strings.Builder
	for {
		l, err := s.out.ReadString('\n')
		if strings.Contains(l, mark) {
			return b.String(), nil
		}
		b.WriteString(l)
		if err != nil {
			return b.String(), err
		}
	}
}

var complaint = regexp.MustCompile(`(?m)^(\x1b\[\d+m)?ERROR|^Traceback`)

// try gives a case to crmsh: lines, commit, and what is shown afterwards.
func (s *session) try(c testCase) (answer, error) {
	a := answer{taken: true}
	os.Remove(s.cib + ".sig")
	if err := os.WriteFile(s.cib, []byte(bases[c.base].whole), 0o644); err != nil {
		return a, err
	}
	if err := s.start(); err != nil {
		return a, err
	}
	typed, err := c.typed(s.dir)
	if err != nil {
		return a, err
	}
	script := append([]string{"refresh"}, typed...)
	if joined := c.lines[len(c.lines)-1]; strings.HasSuffix(joined, `\`) {
		script = append(script, "")
	}
	for _, line := range script {
		if word, _, _ := strings.Cut(line, " "); strings.EqualFold(word, "assist") {
			defer s.end() // it may be a level deeper now
		}
		out, err := s.say(line)
		a.messages += told(out)
		if err != nil || complaint.MatchString(out) {
			a.taken = false
		}
		if err != nil {
			s.end()
			return a, nil // it died
		}
	}
	if !a.taken {
		return a, nil
	}
	return s.commit(a)
}

// commit writes what was typed and looks at it anew.
func (s *session) commit(a answer) (answer, error) {
	before, err := canonical(s.cib)
	if err != nil {
		return a, err
	}
	out, err := s.say("commit")
	a.messages += told(out)
	after, fault := canonical(s.cib)
	if fault != nil {
		return a, fault
	}
	// What crm_verify complains about is written all the same, sometimes.
	a.taken = err == nil && (!complaint.MatchString(out) || !slices.Equal(before, after))
	if err == nil && a.taken {
		if _, err = s.say("refresh"); err == nil {
			a.show, err = s.say("show")
		}
	}
	if err != nil {
		s.end()
		a.taken = false
		return a, nil
	}
	if !a.taken {
		return a, nil
	}
	a.xml, err = canonical(s.cib)
	return a, err
}

// told is what is worth telling: that crmsh crashed is enough.
func told(out string) string {
	if before, _, crashed := strings.Cut(out, "Traceback"); crashed {
		return before + "(crash)\n"
	}
	return out
}
