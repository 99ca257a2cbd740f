package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// write makes a file piece by piece.
func write(file string, content func(w io.Writer)) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	content(w)
	return errors.Join(w.Flush(), f.Close())
}

// copied prepares a run that changes its input.
func copied(from, to string) func() error {
	return func() error {
		f, err := os.Open(from)
		if err != nil {
			return err
		}
		defer f.Close()
		return write(to, func(w io.Writer) { _, err = io.Copy(w, f) })
	}
}

// document writes a CIB of two nodes and n primitives with a monitor each.
func (b *runner) document(name string, n int) (file string, err error) {
	file = filepath.Join(b.dir, name+".xml")
	return file, write(file, func(w io.Writer) {
		io.WriteString(w, `<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0"><configuration>`+
			`<crm_config><cluster_property_set id="cib-bootstrap-options">`+
			`<nvpair id="cib-bootstrap-options-stonith-enabled" name="stonith-enabled" value="false"/>`+
			`</cluster_property_set></crm_config>`+
			`<nodes><node id="1" uname="alice"/><node id="2" uname="bob"/></nodes><resources>`)
		for i := range n {
			fmt.Fprintf(w, primitive, i)
		}
		io.WriteString(w, `</resources><constraints/></configuration><status>`)
		for i, name := range []string{"alice", "bob"} {
			fmt.Fprintf(w, `<node_state id="%d" uname="%s" in_ccm="true" crmd="online" join="member" expected="member"/>`, i+1, name)
		}
		io.WriteString(w, `</status></cib>`)
	})
}

// clone writes a CIB of 16 nodes and one clone.
func (b *runner) clone(name string, instances int, unique bool) (file string, err error) {
	const nodes = 16
	file = filepath.Join(b.dir, strings.Map(letter, name)+".xml")
	return file, write(file, func(w io.Writer) {
		io.WriteString(w, `<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0" have-quorum="1"><configuration>`+
			`<crm_config><cluster_property_set id="p"><nvpair id="s" name="stonith-enabled" value="false"/></cluster_property_set></crm_config><nodes>`)
		for n := range nodes {
			fmt.Fprintf(w, `<node id="%d" uname="node%[1]d"/>`, n+1)
		}
		fmt.Fprintf(w, `</nodes><resources><clone id="c"><meta_attributes id="m"><nvpair id="x" name="clone-max" value="%d"/>`+
			`<nvpair id="u" name="globally-unique" value="%t"/>`, instances, unique)
		if unique {
			fmt.Fprintf(w, `<nvpair id="y" name="clone-node-max" value="%d"/>`, (instances+nodes-1)/nodes)
		}
		fmt.Fprintf(w, `</meta_attributes>`+primitive+`</clone></resources><constraints/></configuration><status>`, 0)
		for n := range nodes {
			fmt.Fprintf(w, `<node_state id="%d" uname="node%[1]d" in_ccm="true" crmd="online" join="member" expected="member"/>`, n+1)
		}
		io.WriteString(w, `</status></cib>`)
	})
}

const primitive = `<primitive id="d%[1]d" class="ocf" provider="heartbeat" type="Dummy">` +
	`<operations><op id="d%[1]d-monitor-10s" name="monitor" interval="10s"/></operations></primitive>`

func perPrimitive() int { return len(fmt.Sprintf(primitive, 10000)) }

// commands is a script of n statements and a commit.
func commands(n int) func(w io.Writer) {
	return func(w io.Writer) {
		io.WriteString(w, "configure\n")
		for i := range n {
			fmt.Fprintf(w, "primitive p%d ocf:heartbeat:Dummy op monitor interval=10s\n", i)
		}
		io.WriteString(w, "commit\n")
	}
}

// conformance is the folder with the peers' cases, "" without them.
func conformance() string {
	root := os.Getenv("CRM_SHARED")
	if root == "" {
		root = filepath.Join("..", "shared")
	}
	dir := filepath.Join(root, "conformance")
	if _, err := os.Stat(filepath.Join(dir, "gencib.py")); err != nil {
		return ""
	}
	return dir
}

// generated writes a CIB with the generator of the cases, once for each name.
func (b *runner) generated(name string, args []string) (file string, err error) {
	if file := b.inputs[name]; file != "" {
		return file, nil
	}
	file = filepath.Join(b.dir, strings.Map(letter, name)+".xml")
	f, err := os.Create(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	cmd := exec.Command("python3", append([]string{filepath.Join(b.cases, "gencib.py")}, args...)...)
	cmd.Stdout = f
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("gencib.py: %w", err)
	}
	b.inputs[name] = file
	return file, nil
}

func letter(r rune) rune {
	if r == ' ' || r == ',' {
		return '-'
	}
	return r
}

// oldNames are the options that Pacemaker 2.1 knows by other names.
var oldNames = strings.NewReplacer(`name="fencing-enabled"`, `name="stonith-enabled"`, `name="fencing-action"`, `name="stonith-action"`,
	`name="fencing-timeout"`, `name="stonith-timeout"`, `name="fencing-max-attempts"`, `name="stonith-max-attempts"`,
	`name="fencing-watchdog-timeout"`, `name="stonith-watchdog-timeout"`)

// inOldNames writes a copy that Pacemaker 2.1 understands.
func (b *runner) inOldNames(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	old := filepath.Join(b.dir, "old-"+filepath.Base(file))
	err2 := write(old, func(w io.Writer) {
		r := bufio.NewReader(f)
		for err == nil {
			var line string
			line, err = r.ReadString('\n')
			oldNames.WriteString(w, line)
		}
	})
	if err != io.EOF {
		return "", err
	}
	return old, err2
}

// size of a file, for a column.
func size(file string) string {
	info, err := os.Stat(file)
	if err != nil {
		return "?"
	}
	return fmt.Sprintf("%.1f MB", megabytes(info.Size()))
}
