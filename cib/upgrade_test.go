package cib

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"
)

// withoutComments is a document as text, comments and attribute order aside.
func withoutComments(d *Document) string {
	d = d.Copy()
	for _, e := range d.Root().FindElements("//*") {
		e.SortAttrs()
		for i := len(e.Child) - 1; i >= 0; i-- {
			if _, ok := e.Child[i].(*etree.Comment); ok {
				e.RemoveChildAt(i)
			}
		}
	}
	d.Root().SortAttrs()
	return string(d.Bytes())
}

func TestUpgradeMakesWhatPacemakerMakes(t *testing.T) {
	for _, series := range []struct{ dir, schema, last string }{{"test-2", "pacemaker-3.0", "2"}, {"test-3", "pacemaker-4.0", "99"}} {
		files, err := filepath.Glob(filepath.Join(shared(t, "conformance", "schemas"), series.dir, "xml", "*.xml"))
		if err != nil || len(files) == 0 {
			t.Fatal("no cases", err)
		}
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".xml")
			t.Run(name, func(t *testing.T) {
				in, want := readDocument(t, file), readDocument(t, filepath.Join(filepath.Dir(file), "..", "ref", name+".ref-"+series.last))
				before := string(in.Bytes())
				got, _, err := UpgradeTo(in, series.schema)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(withoutComments(want), withoutComments(got)); diff != "" {
					t.Error(diff)
				}
				if string(in.Bytes()) != before {
					t.Error("the source was changed")
				}
			})
		}
	}
}

func readDocument(t *testing.T, file string) *Document {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, string(text))
}

func TestUpgradeOfSeries1TurnsUsersIntoTargets(t *testing.T) {
	d := parse(t, `<cib validate-with="pacemaker-1.2"><configuration><acls><acl_role id="r"><read id="a" xpath="/cib"/></acl_role>`+
		`<acl_user id="joe"><role_ref id="r"/></acl_user><acl_user id="ann"><deny id="b" ref="x" attribute="y"/><write id="c" tag="nodes"/></acl_user></acls></configuration></cib>`)
	got, _, err := UpgradeTo(d, "pacemaker-3.0")
	if err != nil {
		t.Fatal(err)
	}
	want := `<cib validate-with="pacemaker-3.0"><configuration><acls><acl_role id="r"><acl_permission id="a" xpath="/cib" kind="read"/></acl_role>` +
		`<acl_target id="joe"><role id="r"/></acl_target><acl_target id="ann"><role id="auto-ann"/></acl_target>` +
		`<acl_role id="auto-ann"><acl_permission id="b" reference="x" attribute="y" kind="deny"/><acl_permission id="c" object-type="nodes" kind="write"/></acl_role></acls></configuration></cib>`
	if diff := cmp.Diff(want, string(got.Compact())); diff != "" {
		t.Error(diff)
	}
}

func TestUpgradeRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, test := range [][3]string{
		{"none", "pacemaker-4.0", `schema "none" is not known`},
		{"", "pacemaker-4.0", `schema "" is not known`},
		{"transitional-0.6", "pacemaker-4.0", "is not known"},
		{"pacemaker-3.9", "pacemaker-5.0", `schema "pacemaker-5.0" is not known`},
		{"pacemaker-3.9", "pacemaker-3.2", "going back to pacemaker-3.2 is not possible"},
	} {
		if _, _, err := UpgradeTo(parse(t, `<cib validate-with="`+test[0]+`"/>`), test[1]); err == nil || !strings.Contains(err.Error(), test[2]) {
			t.Errorf("%v: %v", test, err)
		}
	}
	if _, _, err := Upgrade(parse(t, `<cib validate-with="pacemaker-1.0"/>`)); err != nil {
		t.Error(err)
	}
}

// A reference to a set that holds a reference to itself must end.
func TestUpgradeEndsOnCircularReferences(t *testing.T) {
	d := parse(t, `<cib validate-with="pacemaker-3.9"><configuration><constraints><rsc_location id="l" rsc="x"><rule id="r"><rule id-ref="r"/><rule id="q"><rule id-ref="r"/></rule></rule>`+
		`<rule id-ref="q"/></rsc_location></constraints></configuration></cib>`)
	if _, _, err := Upgrade(d); err != nil {
		t.Error(err)
	}
}
