package cib

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// office is a CIB whose target joe may look at all but the secret and touch
// meta attributes; the roles admin and nodes would let do more.
const office = `<cib epoch="4" validate-with="pacemaker-3.9" update-user="root"><configuration>
<crm_config><cluster_property_set id="s"><nvpair id="n" name="enable-acl" value="true"/><nvpair id="pw" name="secret" value="x"/></cluster_property_set></crm_config>
<nodes><node id="1" uname="alice"/></nodes>
<resources><primitive id="h" class="ocf" type="t"/><primitive id="a" class="ocf" type="t"><meta_attributes id="am"><nvpair id="ar" name="target-role" value="Started"/></meta_attributes></primitive>
<primitive id="b" class="ocf" type="t"/></resources><constraints/>
<acls><acl_role id="look"><acl_permission id="p1" kind="read" xpath="/cib"/><acl_permission id="p2" kind="deny" xpath="//nvpair[@name='secret']"/><acl_permission id="p0" kind="deny" reference="h"/></acl_role>
<acl_role id="act"><acl_permission id="p3" kind="write" xpath="//meta_attributes"/></acl_role>
<acl_role id="admin"><acl_permission id="p4" kind="write" xpath="/cib"/></acl_role>
<acl_role id="nodes"><acl_permission id="p5" kind="write" object-type="node"/></acl_role>
<acl_role id="part"><acl_permission id="p6" kind="write" xpath="//primitive[@id='a']"/></acl_role>
<acl_target id="joe"><role id="look"/><role id="act"/></acl_target><acl_target id="ann"><role id="part"/></acl_target></acls>
</configuration><status/></cib>`

func TestDeniedSaysWhoWhatAndWhichRole(t *testing.T) {
	tests := []struct{ user, old, new, want string }{
		{"joe", `uname="alice"`, `uname="bob"`, "user joe may not change attribute uname of /cib/configuration/nodes/node[@id='1']: " +
			"roles look, act do not grant it; any of the roles admin, nodes would grant it"},
		{"joe", `name="secret" value="x"`, `name="secret" value="y"`, "user joe may not change attribute value of " +
			"/cib/configuration/crm_config/cluster_property_set[@id='s']/nvpair[@id='pw']: denied by permission p2 of role look"},
		{"joe", `<primitive id="b" class="ocf" type="t"/>`, ``, "user joe may not delete /cib/configuration/resources/primitive[@id='b']: " +
			"roles look, act do not grant it; role admin would grant it"},
		{"eve", `<constraints/>`, `<constraints><rsc_order id="o"/></constraints>`, "user eve may not create /cib/configuration/constraints/rsc_order[@id='o']: " +
			"there is no role for this user (acl_target, acl_group); role admin would grant it"},
	}
	for _, test := range tests {
		next := strings.Replace(office, test.old, test.new, 1)
		err := MayChange(parse(t, office), parse(t, next), Subject{User: test.user})
		if err == nil {
			t.Errorf("%s: %s is allowed", test.user, test.new)
		} else if diff := cmp.Diff(test.want, err.Error()); diff != "" {
			t.Error(diff)
		}
	}
	alone := strings.Replace(office, `kind="write" xpath="/cib"`, `kind="read" xpath="/cib"`, 1)
	err := MayChange(parse(t, alone), parse(t, strings.Replace(alone, "<constraints/>", "", 1)), Subject{User: "eve"})
	if err == nil || !strings.HasSuffix(err.Error(), `; no role does, it takes one with write xpath:"/cib/configuration/constraints"`) {
		t.Error(err)
	}
}

// TestProposalsAreMadeOfWhatWasShown: what a user was not shown stays.
func TestProposalsAreMadeOfWhatWasShown(t *testing.T) {
	tests := []struct{ user, old, new, inAll, denied string }{
		{"joe", `value="Started"`, `value="Stopped"`, `value="Stopped"`, ""},
		{"joe", `</cib>`, `</cib>`, "", ""},
		{"joe", `epoch="4"`, `epoch="9" admin_epoch="7"`, `epoch="4"`, ""},
		{"joe", `<primitive id="b" class="ocf" type="t"/>`, ``, "", "delete /cib/configuration/resources/primitive[@id='b']"},
		{"joe", `<primitive id="b"`, `<primitive id="h" class="lsb" type="u"/><primitive id="b"`, "", "create /cib/configuration/resources/primitive[@id='h']"},
		{"joe", `<acl_target id="joe">`, `<acl_target id="joe"><role id="admin"/>`, "", "role[@id='admin']"},
		{"ann", `type="t"`, `type="u"`, `<primitive id="a" class="ocf" type="u">`, ""},
		{"ann", `<constraints/>`, ``, "<constraints/>", ""}, // an empty section stands for a hidden one
		{"ann", `<constraints/>`, `<constraints><rsc_order id="o"/></constraints>`, "", "create /cib/configuration/constraints/rsc_order[@id='o']"},
		{"ann", `</resources>`, `<primitive id="z"/></resources>`, "", "create /cib/configuration/resources/primitive[@id='z']"},
		{"ann", `<resources>`, `<resources description="d">`, "", "change attribute description"},
	}
	for _, test := range tests {
		all := parse(t, office)
		shown, err := Shown(all, Subject{User: test.user})
		if err != nil {
			t.Fatal(err)
		}
		text := string(shown.Compact())
		if strings.Contains(text, `id="pw"`) || strings.Contains(text, `<primitive id="h"`) {
			t.Fatal(text)
		}
		edited := strings.Replace(text, test.old, test.new, 1)
		if edited == text && test.old != test.new {
			t.Fatalf("%s: no %s in %s", test.user, test.old, text)
		}
		next, err := Proposed(all, parse(t, edited), Subject{User: test.user})
		var no *Denied
		switch {
		case test.denied != "" && (!errors.As(err, &no) || !strings.Contains(err.Error(), test.denied)):
			t.Errorf("%s, %s: %v, want %q", test.user, test.new, err, test.denied)
		case test.denied != "":
		case err != nil:
			t.Errorf("%s, %s: %v", test.user, test.new, err)
		case !strings.Contains(string(next.Compact()), test.inAll):
			t.Errorf("%s, %s: no %s in %s", test.user, test.new, test.inAll, next.Compact())
		case next.Find("pw") == nil || next.Find("h") == nil || len(next.Configuration().ChildElements()) != 5:
			t.Errorf("%s, %s: what was hidden is lost: %s", test.user, test.new, next.Compact())
		}
	}
}

// TestAHiddenIDIsNotGivenTwice: who may write around it cannot see it.
func TestAHiddenIDIsNotGivenTwice(t *testing.T) {
	d := parse(t, strings.NewReplacer(`xpath="//meta_attributes"`, `xpath="//resources"`, `reference="h"`, `xpath="//primitive[@class='ocf' and @id='h']"`).Replace(office))
	shown, err := Shown(d, Subject{User: "joe"})
	if err != nil {
		t.Fatal(err)
	}
	next := parse(t, strings.Replace(string(shown.Compact()), `</resources>`, `<primitive id="h"/></resources>`, 1))
	if _, err := Proposed(d, next, Subject{User: "joe"}); err == nil || !strings.Contains(err.Error(), `id h is taken by what user joe may not read`) {
		t.Error(err)
	}
}

func TestOldConfigurationsAreShownByTheRulesOfToday(t *testing.T) {
	old := parse(t, strings.Replace(office, `name="enable-acl" value="true"`, `name="enable-acl" value="false"`, 1))
	c, err := ShownUnder(old, parse(t, office), Subject{User: "joe"})
	if err != nil || c.Find("pw") != nil || c.Find("b") == nil || c.Version() != old.Version() {
		t.Errorf("%v %s", err, c.Compact())
	}
}

func TestWholeElementsAreReadOrWritten(t *testing.T) {
	d := parse(t, office)
	joe := Subject{User: "joe"}
	if err := MayRead(d, joe, "watch", d.Status()); err != nil {
		t.Error(err)
	}
	if err := MayRead(d, joe, "copy", d.Configuration()); err == nil || !strings.Contains(err.Error(), "joe may not copy /cib/configuration") {
		t.Error(err)
	}
	if err := MayWrite(d, joe, "clean up", d.Find("am")); err != nil {
		t.Error(err)
	}
	if err := MayWrite(d, joe, "clean up", d.Find("am"), d.Find("a")); err == nil || !strings.Contains(err.Error(), "joe may not clean up /cib/configuration/resources/primitive[@id='a']: ") {
		t.Error(err)
	}
}
