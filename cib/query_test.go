package cib

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestXPathFindsWhatItSays(t *testing.T) {
	d := parse(t, sample)
	tests := []struct{ path, want string }{
		{`//primitive[@id='b']`, "b"},
		{`/cib/configuration/resources/group/primitive`, "a b"},
		{`//primitive[instance_attributes/nvpair[@name='x']/@value='1']/@id`, "a"},
		{`//primitive|//rsc_location`, "a b d l"},
		{`//rsc_location|//primitive`, "a b d l"},
		{`id('b')`, "b"},
		{`primitive`, ""},
		{`//primitive[starts-with(@id,'b')]`, "b"},
		{`//nvpair[@id='a-ia-x']/ancestor::primitive`, "a"},
		{`//rsc_location[not(@node='bob')]`, "l"},
		{`//node[@uname='alice']`, "1"},
		{`//*[@id='g' or @id='c']`, "g c"},
		{`//group/primitive[position()=last()]`, "b"},
		{`//group/following-sibling::clone`, "c"},
		{`//nosuch`, ""},
		{`count(//primitive)`, ""},
	}
	for _, test := range tests {
		found, err := d.Query(test.path)
		var ids []string
		for _, e := range found {
			ids = append(ids, ID(e))
		}
		if got := strings.Join(ids, " "); err != nil || got != test.want {
			t.Errorf("%s: %q %v, want %q", test.path, got, err, test.want)
		}
	}
	for path, want := range map[string]string{`count(//primitive)`: "3", `string(//group/@id)`: "g", `//node/@uname`: "alice", `1 = 2`: "false"} { // order: each alone
		if got, err := d.QueryValue(path); err != nil || got != want {
			t.Errorf("%s: %q %v, want %q", path, got, err, want)
		}
	}
}

func TestABadOrEndlessXPathIsRefused(t *testing.T) {
	d := parse(t, string(large(400)))
	for _, path := range []string{"", "//", "//primitive[", "//primitive[@id='", "]]", "//*[", "nosuch::x", "f(", strings.Repeat("(", 20000)} {
		if found, err := d.Query(path); err == nil && len(found) > 0 {
			t.Errorf("%.20s: found %d", path, len(found))
		}
	}
	if _, err := d.Query(strings.Repeat("(", 5000)); err == nil {
		t.Error("nested brackets are fine")
	}
	_, err := d.Query(`//*[count(//*[@id=string(//nvpair/@id)]) > count(//*[contains(@id, 'x')])]`)
	if !errors.Is(err, ErrQueryTooLong) {
		t.Error(err)
	}
}

const guarded = `<cib epoch="1"><configuration>
<crm_config><cluster_property_set id="s"><nvpair id="n" name="enable-acl" value="true"/><nvpair id="pw" name="secret" value="x"/></cluster_property_set></crm_config>
<nodes><node id="1" uname="alice"/></nodes>
<resources><primitive id="a" class="ocf" type="t"><meta_attributes id="am"><nvpair id="ar" name="target-role" value="Started"/></meta_attributes></primitive>
<primitive id="b" class="ocf" type="t"/></resources>
<acls><acl_role id="look"><acl_permission id="p1" kind="read" xpath="/cib"/><acl_permission id="p2" kind="deny" xpath="//nvpair[@name='secret']"/></acl_role>
<acl_role id="act"><acl_permission id="p3" kind="write" xpath="//meta_attributes"/></acl_role>
<acl_role id="one"><acl_permission id="p4" kind="read" reference="b"/></acl_role>
<acl_role id="attr"><acl_permission id="p5" kind="write" object-type="primitive" attribute="type"/></acl_role>
<acl_target id="joe"><role id="look"/><role id="act"/></acl_target><acl_target id="ann"><role id="one"/></acl_target>
<acl_role id="all"><acl_permission id="p6" kind="write" xpath="/cib"/><acl_permission id="p7" kind="read" reference="a"/><acl_permission id="p8" kind="deny" reference="pw"/></acl_role>
<acl_target id="max"><role id="all"/></acl_target><acl_target id="eve"><role id="look"/><role id="attr"/></acl_target><acl_group id="ops"><role id="look"/></acl_group></acls>
</configuration><status/></cib>`

func TestReadersSeeWhatTheirRolesSay(t *testing.T) {
	d := parse(t, guarded)
	for _, free := range []Subject{{User: "root"}, {User: "hacluster"}} {
		if c, err := Readable(d, free); c != d || err != nil {
			t.Errorf("%s is restricted: %v", free.User, err)
		}
	}
	c, err := Readable(d, Subject{User: "joe"})
	if err != nil || c.Find("pw") != nil || c.Find("n") == nil || c.Find("ar") == nil {
		t.Errorf("%v %s", err, c.Compact())
	}
	if c, err = Readable(d, Subject{User: "x", Groups: []string{"ops"}}); err != nil || c.Find("pw") != nil || c.Find("b") == nil {
		t.Errorf("%v %s", err, c.Compact())
	}
	c, err = Readable(d, Subject{User: "ann"})
	if diff := cmp.Diff(`<cib><configuration><resources><primitive id="b" class="ocf" type="t"/></resources></configuration></cib>`, string(c.Compact())); err != nil || diff != "" {
		t.Error(err, diff)
	}
	var no *Denied
	if c, err = Readable(d, Subject{User: "nobody"}); c != nil || !errors.As(err, &no) {
		t.Errorf("%v", err)
	}
	if c, _ := Readable(parse(t, strings.Replace(guarded, `value="true"`, `value="false"`, 1)), Subject{User: "nobody"}); c.Find("pw") == nil {
		t.Error("access lists that are switched off restrict")
	}
}

func TestWritersChangeWhatTheirRolesSay(t *testing.T) {
	tests := []struct {
		user, old, new, want string
	}{
		{"root", `epoch="1"`, `epoch="2" x="y"`, ""},
		{"joe", `value="Started"`, `value="Stopped"`, ""},
		{"joe", `<cib epoch="1">`, `<cib epoch="2" cib-last-written="now">`, ""},
		{"joe", `<nvpair id="ar" name="target-role" value="Started"/>`, ``, ""},
		{"joe", `<primitive id="b" class="ocf" type="t"/>`, ``, "user joe may not delete /cib/configuration/resources/primitive[@id='b']"},
		{"joe", `uname="alice"`, `uname="bob"`, "user joe may not change attribute uname of /cib/configuration/nodes/node[@id='1']"},
		{"joe", `name="secret" value="x"`, `name="secret" value="y"`, "may not change attribute value"},
		{"joe", `</resources>`, `<primitive id="c"/></resources>`, "user joe may not create /cib/configuration/resources/primitive[@id='c']"},
		{"eve", `<primitive id="b"`, `<primitive description="d" id="b"`, ""},
		{"eve", `<primitive id="b" class="ocf"`, `<primitive id="b" class="lsb"`, ""},
		{"eve", `name="secret" value="x"`, `name="secret" value="y"`, "may not change attribute value"},
		{"eve", `uname="alice"`, `uname="bob"`, "may not change attribute uname"},
		{"max", `value="Started"`, `value="Stopped"`, ""}, // read inside of write takes nothing away
		{"max", `name="secret" value="x"`, `name="secret" value="y"`, "may not change attribute value"},
		{"ann", `value="Started"`, `value="Stopped"`, "may not change attribute value"},
	}
	for _, test := range tests {
		next := strings.Replace(guarded, test.old, test.new, 1)
		if next == guarded {
			t.Fatal(test.old)
		}
		err := MayChange(parse(t, guarded), parse(t, next), Subject{User: test.user})
		var no *Denied
		if test.want == "" && err != nil || test.want != "" && (!errors.As(err, &no) || !strings.Contains(fmt.Sprint(err), test.want)) {
			t.Errorf("%s, %s: %v, want %q", test.user, test.new, err, test.want)
		}
	}
}
