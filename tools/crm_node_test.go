package tools

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crm/cib"
)

func TestCrmNode(t *testing.T) {
	tell(t, []step{
		{Node, "-n", 0, "alice\n", "", "", ""},
		{Node, "-i", 0, "1\n", "", "", ""},
		{Node, "--list", 0, "1 alice member\n2 bob lost\n", "", "", ""},
		{Node, "-l -p", 0, "alice\n", "", "", ""},
		{Node, "-q", 0, "1\n", "", "", ""},
		{Node, "-N 2", 0, "bob\n", "", "", ""},
		{Node, "-N 3", 105, "", "no such node", "", ""},
		{Node, "-R bob", 107, "", "--force", "bob", ""},
		{Node, "-R alice --force", 107, "", "alice is up", "alice", ""},
		{Node, "-R bob --force", 0, "", "", "alice", "bob"},
		{Node, "", 64, "", "no command is given", "", ""},
	})
}

func TestAttrdUpdater(t *testing.T) {
	tell(t, []step{
		{Updater, "-n x -Q", 105, "", "attribute does not exist", "", ""},
		{Updater, "-n x -U 5 -d 5s", 0, "", "", `<nvpair id="status-1-x" name="x" value="5"/>`, ""},
		{Updater, "-n x -Q", 0, "name=\"x\" host=\"alice\" value=\"5\"\n", "", "", ""},
		{Updater, "-p --name x --node bob --update 7", 102, "", "a private attribute is kept by the daemons", "", "status-2-x"},
		{Updater, "--name x --node bob --update 7", 0, "", "", `id="status-2-x"`, ""},
		{Updater, "-R", 0, "", "", "", ""},
		{Updater, "--query -n x -N bob", 0, "name=\"x\" host=\"bob\" value=\"7\"\n", "", "", ""},
		{Updater, "-n x -Q -A", 0, "name=\"x\" host=\"alice\" value=\"5\"\nname=\"x\" host=\"bob\" value=\"7\"\n", "", "", ""},
		{Updater, "-n x -v value+=3", 0, "", "", `name="x" value="8"`, ""},
		{Updater, "-S status -n x -v 9", 0, "", "", `name="x" value="9"`, ""},
		{Updater, "-n x -B 10 -d 1s", 0, "", "", `name="x" value="10"`, ""},
		{Updater, "-n x -B 11", 64, "", "needs a dampening", `value="10"`, ""},
		{Updater, "-n x -U 1 -d soon", 64, "", `dampening "soon"`, `value="10"`, ""},
		{Updater, "-D -n x -d 0", 0, "", "", "status-2-x", "status-1-x"},
		{Updater, "-D -n x -N bob", 0, "", "", "", "status-2-x"},
		{Updater, "-U 1", 64, "", "no attribute is named", "", ""},
		{Updater, "-n x", 64, "", "no command is given", "", ""},
		{Updater, "-n x -U 1 -N carol", 105, "", "carol", "", ""},
	})
}

func TestCrmVerify(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("good", testCIB)
	bad := write("bad", strings.Replace(testCIB, "<constraints/>", `<constraints><rsc_order id="o" first="p" then="zz"/></constraints>`, 1))
	odd := write("odd", strings.Replace(testCIB, "<constraints/>", `<constraints><rsc_location id="l" rsc="p" node="carol" score="1"/></constraints>`, 1))
	old := write("old", strings.Replace(testCIB, `<group id="g">`, `<group id="g"><meta_attributes id="m"><nvpair id="m1" name="ordered" value="false"/></meta_attributes>`, 1))
	lost := write("lost", strings.Replace(testCIB, "<status>", `<status><node_state id="2" uname="bob" in_ccm="true" crmd="offline" join="down" expected="member"/>`, 1))
	gone := write("gone", strings.Replace(testCIB, "<status>", `<status><node_state id="9" uname="zoe" in_ccm="true" crmd="online" join="member" expected="member"/>`, 1))
	junk := write("junk", "<cib")
	tell(t, []step{
		{Verify, "-x " + good, 0, "", "", "", ""},
		{Verify, "-L", 0, "", "", "", ""},
		{Verify, "-x " + bad, 78, "", "crm_verify: Errors found during check: config not valid\n-V may provide more details", "", ""},
		{Verify, "-V -x " + bad, 78, "", "error: rsc_order o: then refers to \"zz\", which does not exist", "", ""},
		{Verify, "-x " + odd, 0, "", "", "", ""},
		{Verify, "-VV -x " + odd, 0, "", `note: rsc_location l: there is no node "carol"`, "", ""},
		{Verify, "-x " + old, 78, "", "crm_verify: Warnings found during check: config may not be valid\n-V may provide more details", "", ""},
		{Verify, "-VV -x " + old, 78, "", "warning: nvpair m1: ordered of groups is deprecated; use a resource set", "", ""},
		{Verify, "-VV -x " + lost, 78, "", "warning: node bob: it is unclean but cannot be fenced: fencing is switched off; set stonith-enabled=true", "", ""},
		{Verify, "-VV -x " + gone, 78, "", "warning: node_state 9: the node \"zoe\" is no longer in the configuration", "", ""},
		{Verify, "-q -x " + bad, 78, "", "", "", ""},
		{Verify, "-x " + junk, 78, "", "line 1, column 5", "", ""},
		{Verify, "-x " + dir + "/nosuch", 1, "", "Couldn't parse input file", "", ""},
		{Verify, "", 1, "", "No configuration source specified", "", ""},
	})
	if code, out, errs, _ := onFile(t, Verify, testCIB, "-p", "--output-as", "xml"); code != 0 || !strings.Contains(out, `<status code="0" message="OK"/>`) {
		t.Error(code, out, errs)
	}
}

func TestCrmDiffAndPatchGoTogether(t *testing.T) {
	dir := t.TempDir()
	old, next, patch := filepath.Join(dir, "old"), filepath.Join(dir, "new"), filepath.Join(dir, "patch")
	changed := strings.Replace(strings.Replace(testCIB, `epoch="5"`, `epoch="6"`, 1), `<primitive id="p"`, `<primitive id="n" class="lsb" type="y"/><primitive id="p" description="1"`, 1)
	for path, text := range map[string]string{old: testCIB, next: changed} { // order: two files
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, out, errs, _ := onFile(t, Diff, changed, "-c", "-o", old, "-n", "-")
	if code != 1 || !strings.Contains(out, `<target admin_epoch="0" epoch="6" num_updates="2"/>`) || !strings.Contains(out, "digest=") || errs != "" {
		t.Fatal(code, out, errs)
	}
	if err := os.WriteFile(patch, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	want, err := cib.Parse([]byte(changed))
	if err != nil {
		t.Fatal(err)
	}
	tell(t, []step{
		{Diff, "-o " + old + " -p " + patch, 0, string(want.Bytes()), "", "", ""},
		{Diff, "-o " + next + " -p " + patch, 1, "", "it is for version 0.5.2, the CIB has version 0.6.2", "", ""},
		{Diff, "-o " + old + " -n " + old, 0, "", "", "", ""},
		{Diff, "-o " + old + " -n " + dir + "/nosuch", 65, "", "Could not parse the second XML fragment", "", ""},
		{Diff, "-o " + old, 64, "", "no --new is given", "", ""},
		{Cibadmin, "-P -x " + patch, 0, "", "", `<primitive id="n" class="lsb" type="y"/>`, ""},
	})
	if code, out, _, _ := onFile(t, Diff, "", "-u", "-o", old, "-n", next); code != 1 || strings.Contains(out, "version") {
		t.Error(code, out)
	}
	if code, out, _, _ := onFile(t, Diff, "", "--text", "-o", old, "-n", next); code != 1 || !strings.Contains(out, "\n+      <primitive id=\"n\" class=\"lsb\" type=\"y\"/>\n") {
		t.Error(code, out)
	}
}
