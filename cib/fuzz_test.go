package cib

import (
	"strings"
	"testing"
)

// FuzzDocument takes anything that is a CIB by its outside through everything
// that reads or changes documents: nothing may panic, and the difference from
// any document to any other must lead there.
func FuzzDocument(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(guarded))
	f.Add([]byte(`<cib validate-with="pacemaker-1.2"><configuration><acls><acl_user id="a"><read ref="x"/></acl_user></acls></configuration></cib>`))
	f.Add([]byte(`<cib validate-with="pacemaker-3.9"><configuration><constraints><rsc_location id="l" rsc="x"><rule id="r"><rule id-ref="r"/></rule><rule id-ref="q"/><lifetime><rule id="z"/></lifetime></rsc_location></constraints></configuration></cib>`))
	f.Add([]byte(`<cib validate-with="pacemaker-2.0"><configuration><crm_config><cluster_property_set id="a"><nvpair id="b" name="default-action-timeout" value="1"/></cluster_property_set></crm_config><resources><master id="m"><primitive id="p"><operations><op id="o" name="start" requires="x"/></operations></primitive></master><bundle id="u"><rkt masters="1"/></bundle></resources></configuration></cib>`))
	f.Add([]byte(`<cib validate-with="pacemaker-3.9"><configuration><nodes><node type="ping"/></nodes><resources><template id="t" class="nagios"/><group id="g"><primitive template="t" id="i"/></group></resources><tags><tag id="q"><obj_ref id="i"/></tag></tags></configuration></cib>`))
	base, err := Parse([]byte(sample))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Parse(text)
		if err != nil || len(text) > 1<<16 {
			return
		}
		before := string(d.Bytes())
		for _, finding := range append(Verify(d), Structure(d)...) {
			if finding.Problem == "" || finding.Remedy == "" {
				t.Errorf("a finding without a word: %+v", finding)
			}
		}
		if up, _, err := Upgrade(d); err == nil {
			if _, err := Parse(up.Bytes()); err != nil {
				t.Errorf("an upgrade cannot be read: %v", err)
			}
		}
		d.Digest()
		d.FileDigest()
		if _, err := Readable(d, Subject{User: "joe", Groups: []string{"ops"}}); err == nil {
			_ = MayChange(d, base, Subject{User: "joe"})
		}
		if got := string(d.Bytes()); got != before {
			t.Fatalf("looking changed the document:\n%s\n%s", before, got)
		}
		fuzzDiff(t, base, d)
		fuzzDiff(t, d, base)
		fuzzEdits(d.Copy())
	})
}

func fuzzDiff(t *testing.T, a, b *Document) {
	patch := Diff(a, b, DiffOptions{Digest: true})
	if patch == nil {
		return
	}
	got, err := a.Patched(patch)
	if err != nil || !Equal(got.Root(), b.Root()) {
		// A version that is no number cannot be carried over.
		if v := b.Version(); versionOf(b.Root()) == v && !strings.Contains(Compact(b.Root())[:min(len(Compact(b.Root())), 400)], "epoch") {
			return
		}
		if err == nil || !strings.Contains(err.Error(), "version") && !strings.Contains(err.Error(), "digest") {
			t.Fatalf("%v\n%s\n%s", err, Format(patch), b.Bytes())
		}
	}
}

// fuzzEdits deletes and renames whatever has an id.
func fuzzEdits(d *Document) {
	var ids []string
	for e := range Walk(d.Root()) {
		if id := DefinedID(e); id != "" && len(ids) < 50 {
			ids = append(ids, id)
		}
	}
	for i, id := range ids {
		if i%2 == 0 {
			_, _ = d.Delete(id)
		} else {
			_ = d.Rename(id, id+"x")
		}
	}
	d.SetProperty("a", "b")
	_ = d.SetNodeAttribute("alice", "standby", "on")
	d.DropEmptySections()
}

// FuzzPatch applies anything that looks like a patch set.
func FuzzPatch(f *testing.F) {
	f.Add([]byte(`<diff format="2"><change operation="move" path="/cib/configuration/resources/group[@id='g']" position="1"/></diff>`))
	f.Add([]byte(`<diff format="2"><change operation="delete" path="/cib/configuration/resources/comment" position="0"/><change operation="create" path="/cib" position="7"><x/></change></diff>`))
	f.Add([]byte(`<diff format="2"><change operation="replace" path="/cib"><cib/></change><change operation="delete" path="/cib/configuration"/></diff>`))
	base, err := Parse([]byte(sample))
	if err != nil {
		f.Fatal(err)
	}
	before := string(base.Bytes())
	f.Fuzz(func(t *testing.T, text []byte) {
		patch, err := ParseElement(string(text))
		if err != nil {
			return
		}
		if got, err := base.Patched(patch); err == nil {
			if _, err := Parse(got.Bytes()); err != nil {
				t.Errorf("the result cannot be read: %v", err)
			}
		}
		if string(base.Bytes()) != before {
			t.Fatal("the source was changed")
		}
	})
}
