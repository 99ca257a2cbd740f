package node

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crm/cib"
	"crm/engine/graph"
)

// configured is a small configuration at a version.
func configured(t *testing.T, epoch int, name string) []byte {
	t.Helper()
	d := cib.New()
	d.SetVersion(cib.Version{Epoch: epoch})
	p := cib.Child(d.Configuration(), "resources").CreateElement("primitive")
	p.CreateAttr("id", name)
	return d.Bytes()
}

func TestLineagesAreRelated(t *testing.T) {
	for _, c := range []struct {
		mine, theirs lineage
		want         kin
		base         uint64
	}{
		{"", "", kinSame, 0},
		{"", "alice@7", kinAncestor, 7},
		{"alice@7/bob@9", "alice@7", kinDescendant, 9},
		{"alice@7", "bob@7", kinForeign, 0},
		{"alice@7/bob@9", "alice@7/alice@9", kinForeign, 0},
	} {
		got, base := c.mine.relate(c.theirs)
		if got != c.want || base != c.base {
			t.Errorf("%q to %q: %v, base %d; want %v, %d", c.mine, c.theirs, got, base, c.want, c.base)
		}
	}
}

func TestAProposalIsAppliedOnceOrRefused(t *testing.T) {
	r := newRegistry()
	first := &proposal{ID: "1", When: time.Unix(0, 0), Who: "root", CIB: configured(t, 0, "a")}
	o, rev := r.apply(first)
	if o.Refused != NotRefused || rev == nil || o.Version != (cib.Version{Epoch: 1}) {
		t.Fatalf("first: %+v, revision %v", o, rev)
	}
	if again, rev := r.apply(first); again != o || rev != nil {
		t.Errorf("repeated: %+v, revision %v; want the first outcome and none", again, rev)
	}
	late := &proposal{ID: "2", When: time.Unix(0, 0), CIB: configured(t, 0, "b")}
	if o, rev := r.apply(late); o.Refused != RefusedConflict || rev != nil {
		t.Errorf("from an old base: %+v; want a conflict", o)
	}
	elsewhere := &proposal{ID: "4", Base: r.version, Digest: digest([]byte("what went on alone")), CIB: configured(t, 0, "c")}
	if o, _ := r.apply(elsewhere); o.Refused != RefusedConflict {
		t.Errorf("from another configuration of the same version: %+v; want a conflict", o)
	}
	broken := &proposal{ID: "3", Base: r.version, CIB: []byte("<cib")}
	if o, _ := r.apply(broken); o.Refused != RefusedInvalid {
		t.Errorf("not XML: %+v; want it refused", o)
	}
	restored := new(registry)
	if err := restored.restore(r.snapshot()); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(restored.text, r.text) || restored.version != r.version {
		t.Error("a snapshot does not restore the configuration")
	}
	if _, known := restored.find("1"); !known {
		t.Error("a snapshot forgets what was applied")
	}
}

func TestAHigherAdminEpochIsTakenAsItIs(t *testing.T) {
	r := newRegistry()
	d := cib.New()
	d.SetVersion(cib.Version{AdminEpoch: 3, Epoch: 9, NumUpdates: 5})
	if o, _ := r.apply(&proposal{ID: "1", CIB: d.Bytes()}); o.Version != (cib.Version{AdminEpoch: 3, Epoch: 9}) {
		t.Errorf("version %s, want 3.9.0", o.Version)
	}
}

// Pacemaker's digest of an operation without parameters is known from any
// CIB: f2317cad3d54cec5d7d7aa7d0bf35cf8.
func TestDigestsArePacemakers(t *testing.T) {
	a := &graph.Action{Attrs: []graph.Attr{{Name: "CRM_meta_timeout", Value: "20000"}, {Name: "crm_feature_set", Value: "3.19"}}}
	if got := paramsDigest(digestParams(a), nil); got != "f2317cad3d54cec5d7d7aa7d0bf35cf8" {
		t.Errorf("digest of nothing is %s", got)
	}
	a.Attrs = append(a.Attrs, graph.Attr{Name: "CRM_meta_interval", Value: "10000"})
	if got := digestParams(a); len(got) != 1 || got[0].Name != "CRM_meta_timeout" {
		t.Errorf("a recurring operation's digest covers %v, want the timeout", got)
	}
}

func TestFailureCountsRise(t *testing.T) {
	for _, c := range [][3]string{{"", "+1", "1"}, {"4", "+1", "5"}, {"999999", "+1", "INFINITY"}, {"INFINITY", "+1", "INFINITY"},
		{"2", "INFINITY", "INFINITY"}} {
		if got := raise(c[0], c[1]); got != c[2] {
			t.Errorf("%q raised by %s is %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

func TestAFenceDeviceShootsWhomItLists(t *testing.T) {
	for _, c := range []struct {
		params []graph.Attr
		want   bool
	}{
		{nil, true},
		{[]graph.Attr{{Name: "pcmk_host_list", Value: "bob alice"}}, true},
		{[]graph.Attr{{Name: "pcmk_host_list", Value: "bob,carol"}}, false},
		{[]graph.Attr{{Name: "pcmk_host_map", Value: "alice:3;bob:4"}}, true},
		{[]graph.Attr{{Name: "hostlist", Value: "Alice"}}, true},
	} {
		if got := shoots(c.params, "alice"); got != c.want {
			t.Errorf("%v shoots alice: %v, want %v", c.params, got, c.want)
		}
	}
}

func TestMessagesSurviveTheCodec(t *testing.T) {
	for _, m := range []*Message{
		{Lineage: "alice@3", Raft: []byte{0, 1, 2, 0, 255}},
		{Lineage: "", Raft: []byte{}},
		{Lineage: "x", Hello: &Hello{Standing: Standing{Process: "p"}, Table: []NodeFact{{Name: "alice", InCCM: 5}}}},
		{Orders: &Orders{Reign: "r", List: []Order{{Key: "1:2:0:u", Action: &graph.Action{ID: 1, Operation: "start",
			Resource: &graph.ResourceRef{ID: "a"}}}}}},
	} {
		got, err := DecodeMessage(m.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(m, got); diff != "" {
			t.Errorf("after the codec (-want +got):\n%s", diff)
		}
	}
	for _, bad := range []string{"", "\x00", "\x00abc", "{", "null x"} {
		if m, err := DecodeMessage([]byte(bad)); err == nil {
			t.Errorf("%q is taken as %+v", bad, m)
		}
	}
}

func TestADiskThatLostEntriesIsRefused(t *testing.T) {
	m, err := New(Config{Name: "a", Members: []string{"a"}, Process: "p"}, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(0, 0)
	st := new(Stored)
	for range 5 { // elects itself and registers its node
		for _, e := range m.Step(now, Elapsed{}) {
			if s, ok := e.(Store); ok {
				st.Entries = append(st.Entries, s.Entries...)
				if s.Snapshot != nil {
					st.Snapshot = s.Snapshot
				}
				if s.HardState != nil {
					st.HardState = s.HardState
				}
			}
		}
		now = now.Add(time.Second)
	}
	again := Config{Name: "a", Members: []string{"a"}, Process: "q", Stored: st}
	if _, err := New(again, now); err != nil {
		t.Fatalf("from a whole disk: %v", err)
	}
	st.Entries = st.Entries[:len(st.Entries)-1]
	if _, err := New(again, now); err == nil || !strings.Contains(err.Error(), "lost entries") {
		t.Errorf("from a disk without its last entry: %v", err)
	}
}

// TestEveryEventAndEffectIsPerformed: the simulator knows all of them, so
// that the scenarios try them.
func TestEveryEventAndEffectIsPerformed(t *testing.T) {
	text := ""
	files, err := filepath.Glob("sim/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no simulator: %v", err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text += string(b)
	}
	for _, f := range []string{"event.go", "effect.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), f, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && (fn.Name.Name == "event" || fn.Name.Name == "effect") {
				if name := fn.Recv.List[0].Type.(*ast.Ident).Name; !strings.Contains(text, "node."+name) {
					t.Errorf("%s: the simulator does not know %s", f, name)
				}
			}
		}
	}
}
