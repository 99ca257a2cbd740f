package tools

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// watched is a cluster with a group, a promotable clone, a failed start and a
// node that is gone.
const watched = `<cib admin_epoch="0" epoch="7" num_updates="3" have-quorum="1" dc-uuid="1" cib-last-written="Sat Nov 21 23:51:48 2026"
 update-user="root" update-client="crm" update-origin="alice" validate-with="pacemaker-3.9"><configuration><crm_config>
<cluster_property_set id="o"><nvpair id="o1" name="stonith-enabled" value="false"/><nvpair id="o2" name="cluster-infrastructure" value="heartbeat"/></cluster_property_set></crm_config>
<nodes><node id="1" uname="alice"/><node id="2" uname="bob"/></nodes><resources>
<group id="g"><primitive id="a" class="ocf" provider="crm" type="Dummy"/><primitive id="b" class="ocf" provider="crm" type="Dummy"/></group>
<primitive id="broken" class="ocf" provider="crm" type="Dummy"/></resources><constraints/></configuration><status>
<node_state id="1" uname="alice" in_ccm="true" crmd="online" join="member" expected="member"><lrm id="1"><lrm_resources>
<lrm_resource id="a" class="ocf" provider="crm" type="Dummy"><lrm_rsc_op id="a_last_0" operation_key="a_start_0" operation="start" interval="0" call-id="3" rc-code="0" op-status="0" transition-key="3:1:0:x" transition-magic="0:0;3:1:0:x" exec-time="12" last-rc-change="1795300000"/></lrm_resource>
<lrm_resource id="broken" class="ocf" provider="crm" type="Dummy"><lrm_rsc_op id="broken_last_failure_0" operation_key="broken_start_0" operation="start" interval="0" call-id="4" rc-code="1" op-status="0" transition-key="4:1:0:x" transition-magic="0:1;4:1:0:x" exit-reason="no disk" exec-time="1500" last-rc-change="1795300000"/></lrm_resource>
</lrm_resources></lrm><transient_attributes id="1"><instance_attributes id="s"><nvpair id="s1" name="fail-count-broken#start_0" value="INFINITY"/><nvpair id="s2" name="pingd" value="100"/></instance_attributes></transient_attributes></node_state>
<node_state id="2" uname="bob" in_ccm="false" crmd="offline" join="down" expected="down"/></status></cib>`

// mon runs crm_mon on the watched cluster, with the time of the look taken out.
func mon(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cib.xml")
	if err := os.WriteFile(path, []byte(watched), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CIB_file", path)
	local := time.Local
	time.Local = time.UTC
	defer func() { time.Local = local }()
	var o, e bytes.Buffer
	code = Monitor(args, Streams{Out: &o, Err: &e})
	text := regexp.MustCompile(`Last updated: .*`).ReplaceAllString(o.String(), "Last updated: NOW")
	return code, text, e.String()
}

func TestMonitorShowsWhatRunsAndWhatFailed(t *testing.T) {
	code, out, errs := mon(t, "-1")
	want := `Cluster Summary:
  * Stack: heartbeat
  * Current DC: alice (version unknown) - partition with quorum
  * Last updated: NOW
  * Last change:  Sat Nov 21 23:51:48 2026 by root via crm on alice
  * 2 nodes configured
  * 3 resource instances configured

Node List:
  * Online: [ alice ]
  * OFFLINE: [ bob ]

Active Resources:
  * Resource Group: g (1 member inactive):
    * a	(ocf:crm:Dummy):	 Started alice
  * broken	(ocf:crm:Dummy):	 FAILED alice

Failed Resource Actions:
  * broken start on alice returned 'error' (no disk) at Sat Nov 21 22:26:40 2026 after 1.500s
`
	if diff := cmp.Diff(want, out); diff != "" || code != 0 || errs != "" {
		t.Errorf("exit %d, %q\n%s", code, errs, diff)
	}
}

func TestMonitorShowsInactiveResourcesAndFailCounts(t *testing.T) {
	_, out, _ := mon(t, "-1rfA")
	for _, part := range []string{"Full List of Resources:\n", "    * b\t(ocf:crm:Dummy):\t Stopped\n",
		"  * broken\t(ocf:crm:Dummy):\t FAILED alice\n", "Migration Summary:\n  * Node: alice:\n    * broken: migration-threshold=1000000 fail-count=1000000\n",
		"    * pingd                           \t: 100"} {
		if !strings.Contains(out, part) {
			t.Errorf("no %q in\n%s", part, out)
		}
	}
}

func TestMonitorSpeaksToMonitoringPrograms(t *testing.T) {
	code, out, errs := mon(t, "-1s")
	if code != 1 || out != "CLUSTER WARN: offline node: bob\n" || errs != "" {
		t.Errorf("exit %d, %q, %q", code, out, errs)
	}
	code, out, _ = mon(t, "-1", "--output-as=xml")
	if code != 0 || !strings.Contains(out, `<node name="bob" id="2" online="false"`) || !strings.Contains(out, `<group id="g" number_resources="2"`) {
		t.Errorf("exit %d\n%s", code, out)
	}
}

func TestMonitorRefusesNonsense(t *testing.T) {
	for _, args := range [][]string{{"-i", "soon"}, {"--output-as=pdf"}, {"-1", "word"}, {"--nonsense"}} {
		code, out, errs := mon(t, args...)
		if code != exitUsage || out != "" || !strings.HasPrefix(errs, "crm_mon: ") {
			t.Errorf("%q: exit %d, %q, %q", args, code, out, errs)
		}
	}
}
