package node

import (
	"errors"
	"strings"
	"testing"

	"crm/cib"
)

// ward is a CIB with a role for each kind of thing that is no configuration.
const ward = `<cib epoch="4" admin_epoch="1"><configuration>
<crm_config><cluster_property_set id="s"><nvpair id="n" name="enable-acl" value="true"/></cluster_property_set></crm_config>
<nodes><node id="1" uname="alice"/><node id="2" uname="bob"/></nodes>
<resources><group id="g"><primitive id="a" class="ocf" type="t"/></group><primitive id="b" class="ocf" type="t"/></resources><constraints/>
<acls><acl_role id="look"><acl_permission id="p1" kind="read" xpath="/cib"/></acl_role>
<acl_role id="state"><acl_permission id="p2" kind="write" xpath="/cib/status"/></acl_role>
<acl_role id="a"><acl_permission id="p3" kind="write" xpath="//lrm_resource[@id='a']"/><acl_permission id="p4" kind="write" xpath="//transient_attributes//nvpair[contains(@name,'-a#')]"/></acl_role>
<acl_role id="nodes"><acl_permission id="p5" kind="write" xpath="//node[@uname='alice']"/></acl_role>
<acl_role id="conf"><acl_permission id="p6" kind="write" xpath="/cib/configuration"/></acl_role>
<acl_target id="look"><role id="look"/></acl_target><acl_target id="state"><role id="look"/><role id="state"/></acl_target><acl_target id="a"><role id="a"/></acl_target>
<acl_target id="nodes"><role id="nodes"/></acl_target><acl_target id="conf"><role id="conf"/></acl_target></acls></configuration>
<status><node_state id="1" uname="alice"><lrm id="1"><lrm_resources><lrm_resource id="a" type="t" class="ocf"/><lrm_resource id="b" type="t" class="ocf"/></lrm_resources></lrm>
<transient_attributes id="1"><instance_attributes id="t"><nvpair id="t1" name="fail-count-a#monitor_10" value="1"/><nvpair id="t2" name="x" value="1"/></instance_attributes></transient_attributes></node_state></status></cib>`

func TestRequestsNeedWhatTheyWouldChange(t *testing.T) {
	tests := []struct {
		name string
		req  Request
		may  string // who may
		says string // what look is told
	}{
		{"read", Request{Verb: VerbRead}, "look state a nodes conf none", ""},
		{"members", Request{Verb: VerbMembers}, "look state a nodes conf none", ""},
		{"wait", Request{Verb: VerbWait}, "look state a nodes conf none", ""},
		{"standby", Request{Verb: VerbStandby, Node: "alice", Value: "on"}, "nodes conf", "user look may not create /cib/configuration/nodes/node[@id='1']/instance_attributes"},
		{"standby of another", Request{Verb: VerbStandby, Node: "bob", Value: "on"}, "conf", "role conf would grant it"},
		{"standby of nobody", Request{Verb: VerbStandby, Node: "carol"}, "", "set standby of node carol below /cib"},
		{"attribute", Request{Verb: VerbAttribute, Node: "alice", Name: "x", Value: "2"}, "state", "change attribute value of /cib/status/node_state[@id='1']/transient_attributes"},
		{"new attribute", Request{Verb: VerbAttribute, Node: "alice", Name: "y", Value: "2"}, "state", "create /cib/status"},
		{"attribute away", Request{Verb: VerbAttribute, Node: "alice", Name: "x", Delete: true}, "state", "delete /cib/status"},
		{"cleanup", Request{Verb: VerbCleanup, Resource: "a"}, "state a", "clean up /cib/status/node_state[@id='1']/lrm[@id='1']/lrm_resources/lrm_resource[@id='a']"},
		{"cleanup of a group", Request{Verb: VerbCleanup, Resource: "g", Node: "alice"}, "state a", "roles state, a would"},
		{"refresh of all", Request{Verb: VerbRefresh}, "state", "clean up"},
		{"cleanup of nothing", Request{Verb: VerbCleanup, Resource: "a", Node: "bob"}, "state", "clean up /cib/status:"},
		{"confirm", Request{Verb: VerbConfirm, Node: "bob"}, "state", "confirm the end of /cib/status"},
		{"shutdown", Request{Verb: VerbShutdown}, "state", "stop the member of /cib/status/node_state[@id='1']"},
		{"forget", Request{Verb: VerbForget}, "conf", "forget the conflicts of /cib/configuration"},
		{"new verb", Request{Verb: "explode"}, "", "ask for explode"},
	}
	full, err := cib.Parse([]byte(ward))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		for _, user := range strings.Fields("look state a nodes conf none") {
			_, err := Permitted(full, cib.Subject{User: user}, test.req, "alice")
			var no *cib.Denied
			if may := strings.Contains(" "+test.may+" ", " "+user+" "); may != (err == nil) || err != nil && !errors.As(err, &no) {
				t.Errorf("%s by %s: %v", test.name, user, err)
			}
			if user == "look" && err != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("%s: %v does not say %s", test.name, err, test.says)
			}
		}
	}
	if string(full.Bytes()) != string(parsed(t, ward).Bytes()) {
		t.Error("asking changed the CIB")
	}
}

func parsed(t *testing.T, text string) *cib.Document {
	t.Helper()
	d, err := cib.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestACommitOfAnOldBaseIsNeverTakenAsItIs: it cannot be checked.
func TestACommitOfAnOldBaseIsNeverTakenAsItIs(t *testing.T) {
	full := parsed(t, ward)
	evil := strings.Replace(ward, `uname="bob"`, `uname="mallory"`, 1)
	for base, denied := range map[cib.Version]bool{{AdminEpoch: 1, Epoch: 3}: false, {AdminEpoch: 1, Epoch: 4, NumUpdates: 7}: true} { // order: each alone
		req, err := Permitted(full, cib.Subject{User: "look"}, Request{Verb: VerbCommit, Base: base, CIB: []byte(evil)}, "alice")
		if (err != nil) != denied {
			t.Errorf("base %s: %v", base, err)
		}
		if err == nil && (req.Base.AdminEpoch != -1 || strings.Contains(string(req.CIB), "mallory")) {
			t.Errorf("base %s: passed on with base %s", base, req.Base)
		}
	}
}
