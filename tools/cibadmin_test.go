package tools

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const testCIB = `<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="5" num_updates="2" admin_epoch="0" have-quorum="1" dc-uuid="1">
  <configuration>
    <crm_config>
      <cluster_property_set id="cib-bootstrap-options">
        <nvpair id="cib-bootstrap-options-stonith-enabled" name="stonith-enabled" value="false"/>
      </cluster_property_set>
    </crm_config>
    <nodes>
      <node id="1" uname="alice"/>
      <node id="2" uname="bob"/>
    </nodes>
    <resources>
      <primitive id="p" class="ocf" provider="heartbeat" type="Dummy"/>
      <group id="g">
        <primitive id="s" class="ocf" provider="heartbeat" type="Dummy"/>
      </group>
    </resources>
    <constraints/>
  </configuration>
  <status>
    <node_state id="1" uname="alice" in_ccm="true" crmd="online" join="member" expected="member"/>
  </status>
</cib>
`

// onFile runs a tool on a CIB in a file and returns what came of it.
func onFile(t *testing.T, tool Tool, input string, args ...string) (code int, stdout, stderr, after string) {
	t.Helper()
	path := os.Getenv("CIB_file")
	if path == "" {
		path = filepath.Join(t.TempDir(), "cib.xml")
		if err := os.WriteFile(path, []byte(testCIB), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("CIB_file", path)
	}
	t.Setenv("CRM_NODE", "alice")
	var out, errs bytes.Buffer
	code = tool(args, Streams{In: strings.NewReader(input), Out: &out, Err: &errs})
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return code, out.String(), errs.String(), string(text)
}

func TestCibadmin(t *testing.T) {
	const n = `<primitive id="n" class="ocf" provider="heartbeat" type="Dummy"/>`
	tests := []struct {
		args     string // words, ~ is a blank inside a word
		code     int
		out, err string // a part of it
		in, not  string // of the file, afterwards
	}{
		{"-Q -o resources", 0, `<group id="g">`, "", `epoch="5"`, ""},
		{"-Q --xpath //primitive -e", 0, "/cib/configuration/resources/group[@id='g']/primitive[@id='s']\n", "", "", ""},
		{"-Q --xpath //primitive", 0, "<xpath-query>\n  <primitive id=\"p\"", "", "", ""},
		{"-Qn -o resources", 0, "<resources/>\n", "", "", ""},
		{"-Q -A //nosuch", 105, "", "No such device or address", "", ""},
		{"-Q -o nosuch", 64, "", `scope "nosuch" is not known`, "", ""},
		{"-C -o resources -X " + n, 0, "", "", `<primitive id="n"`, ""},
		{"-C -o resources -X " + strings.Replace(n, `"n"`, `"p"`, 1), 108, `reason="File exists"`, "File exists", `epoch="5"`, ""},
		{"-M -X <primitive~id='p'~description='d'/>", 0, "", "", `type="Dummy" description="d"`, ""},
		{"-M -X <primitive~id='z'/>", 105, "", "No such device or address", `epoch="5"`, ""},
		{"-C -o constraints -X <rsc_order~id='o'~first='p'~then='z'/>", 78, "", `refers to "z", which does not exist`, `epoch="5"`, ""},
		{"-C -o resources -X <prim", 78, "", "line 1, column 6", "", ""},
		{"-D -X <primitive~id='p'/>", 0, "", "", `epoch="6" num_updates="0"`, `id="p"`},
		{"-D -X <primitive~id='p'~type='Other'/>", 0, "", "", `id="p"`, ""},
		{"-d -A //node --force", 0, "", "", "<nodes/>", "alice\"/>"},
		{"-d -A //node", 107, "", "--force", "alice", ""},
		{"-E --force", 0, "", "", `admin_epoch="1"`, "alice"},
		{"-R -X <cib~epoch='1'/>", 103, "", "Update was older than existing configuration", "alice", ""},
		{"-P -X <diff~format='2'><change~operation='delete'~path='/cib/configuration/resources/primitive[@id=\"p\"]'/></diff>", 1, "", "Application of update diff failed", "alice", ""},
		{"-Q -C", 64, "", "both --query and --create", "", ""},
		{"", 64, "", "no command is given", "", ""},
		{"-M -o status -X <node_state~id='1'~crmd='offline'/>", 0, "", "", `num_updates="3"`, `crmd="online"`},
	}
	for _, test := range tests {
		t.Run(test.args, func(t *testing.T) {
			var words []string
			for _, word := range strings.Fields(strings.ReplaceAll(test.args, n, strings.ReplaceAll(n, " ", "~"))) {
				words = append(words, strings.ReplaceAll(word, "~", " "))
			}
			if strings.Contains(test.args, `id="p" class`) {
				words = []string{"-C", "-o", "resources", "-X", strings.Replace(n, `"n"`, `"p"`, 1)}
			}
			code, out, errs, after := onFile(t, Cibadmin, "", words...)
			if code != test.code || !strings.Contains(out, test.out) || !strings.Contains(errs, test.err) || !strings.Contains(after, test.in) ||
				test.not != "" && strings.Contains(after, test.not) {
				t.Errorf("code %d, want %d\nout %s\nerr %s\n%s", code, test.code, out, errs, after)
			}
			if code != 0 && after != testCIB {
				t.Error("a command that failed changed the file")
			}
			if code == 0 && errs != "" {
				t.Error(errs)
			}
		})
	}
}

func TestAFailedQueryPrintsNothing(t *testing.T) {
	t.Setenv("CIB_file", filepath.Join(t.TempDir(), "nosuch"))
	var out, errs bytes.Buffer
	if code := Cibadmin([]string{"-Q"}, Streams{Out: &out, Err: &errs}); code != 105 || out.Len() > 0 {
		t.Error(code, out.String(), errs.String())
	}
}

func TestWhatIsReadIsWhatWasWritten(t *testing.T) {
	code, out, _, after := onFile(t, Cibadmin, testCIB, "-R", "-p", "--force")
	if code != 0 {
		t.Fatal(code, out)
	}
	if diff := cmp.Diff(testCIB, after); diff != "" {
		t.Error(diff)
	}
	if _, out, _, _ = onFile(t, Cibadmin, "", "-Q"); out != testCIB {
		t.Error(cmp.Diff(testCIB, out))
	}
}

func TestCrmSimulateReadsTheClustersOwnCIB(t *testing.T) {
	code, out, errs, after := onFile(t, Simulate, "", "-L")
	if code != 0 || !strings.Contains(out, "* Online: [ alice ]") || after != testCIB {
		t.Error(code, out, errs)
	}
}
