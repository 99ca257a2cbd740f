package daemon

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"crm/cib"
	"crm/node"
	"crm/node/control"
)

// strangerSocket tells the test binary, started again as somebody else, whom
// to ask.
const strangerSocket = "CRM_TEST_STRANGER_SOCKET"

// heard is what the daemon told a stranger.
type heard struct {
	Reply   node.Reply
	History []node.Revision
	Err     string
}

// TestStranger is no test of its own: as a child of the tests below it asks
// what it reads from its input.
func TestStranger(t *testing.T) {
	socket := os.Getenv(strangerSocket)
	if socket == "" {
		t.Skip("only as a child of other tests")
	}
	client := control.Dial(socket)
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stderr)
	for {
		var req node.Request
		if in.Decode(&req) != nil {
			return
		}
		var h heard
		var err error
		if req.Verb == "history" {
			h.History, err = client.History(t.Context())
		} else {
			h.Reply, err = client.Ask(t.Context(), req)
		}
		if err != nil {
			h.Err = err.Error()
		}
		if err := out.Encode(h); err != nil {
			t.Fatal(err)
		}
	}
}

// stranger is another user of this machine who asks a member.
type stranger struct {
	t  testing.TB
	to io.Writer
	of *json.Decoder
}

// stranger starts a process of user nobody, in a group.
func (w *world) stranger(member, group string) *stranger {
	w.t.Helper()
	if os.Getuid() != 0 {
		w.t.Skip("another user's process needs root")
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		w.t.Skip(err)
	}
	g, err := user.LookupGroup(group)
	if err != nil {
		w.t.Skip(err)
	}
	uid, _ := strconv.Atoi(nobody.Uid)
	gid, _ := strconv.Atoi(g.Gid)
	for _, dir := range []string{w.dir, filepath.Join(w.dir, member)} {
		if err := os.Chmod(dir, 0o755); err != nil {
			w.t.Fatal(err)
		}
	}
	self := filepath.Join(w.dir, member+"."+group) // go test's own folder is closed to others
	if text, err := os.ReadFile("/proc/self/exe"); err != nil {
		w.t.Fatal(err)
	} else if err := os.WriteFile(self, text, 0o755); err != nil {
		w.t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestStranger$")
	cmd.Dir = w.dir
	cmd.Env = append(os.Environ(), strangerSocket+"="+filepath.Join(w.dir, member, "s"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	in, err := cmd.StdinPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	out, err := cmd.StderrPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			w.t.Error(err)
		}
	})
	return &stranger{w.t, in, json.NewDecoder(bufio.NewReader(out))}
}

func (s *stranger) ask(req node.Request) heard {
	s.t.Helper()
	if err := json.NewEncoder(s.to).Encode(req); err != nil {
		s.t.Fatal(err)
	}
	var h heard
	if err := s.of.Decode(&h); err != nil {
		s.t.Fatal(err)
	}
	return h
}

// commit edits what the stranger is shown; the cluster's own edits come
// between at the start.
func (s *stranger) commit(old, new string) heard {
	s.t.Helper()
	for {
		h := s.ask(node.Request{Verb: node.VerbRead})
		doc, err := cib.Parse(h.Reply.CIB)
		if err != nil {
			s.t.Fatal(err, h)
		}
		next := strings.Replace(string(doc.Compact()), old, new, 1)
		if h = s.ask(node.Request{Verb: node.VerbCommit, Base: doc.Version(), CIB: []byte(next)}); h.Reply.Refused != node.RefusedConflict {
			return h
		}
	}
}

const lists = `<acls><acl_role id="look"><acl_permission id="p1" kind="read" xpath="/cib"/><acl_permission id="p2" kind="deny" xpath="//nvpair[@name='secret']"/></acl_role>` +
	`<acl_role id="act"><acl_permission id="p3" kind="write" xpath="//meta_attributes"/></acl_role>` +
	`<acl_role id="admin"><acl_permission id="p4" kind="write" xpath="/cib"/></acl_role>` +
	`<acl_target id="nobody"><role id="look"/><role id="act"/></acl_target></acls>`

// guard switches access lists on, with a secret and a resource to guard.
func (w *world) guard(name string, groups string) {
	w.t.Helper()
	w.commit(name, strings.Replace(dummy("d"), "<operations>", `<meta_attributes id="dm"><nvpair id="dr" name="target-role" value="Stopped"/></meta_attributes><operations>`, 1))
	for {
		doc := w.read(name)
		doc.SetProperty("secret", "x")
		doc.SetProperty("enable-acl", "true")
		acls, err := cib.ParseElement(strings.Replace(lists, "</acls>", groups+"</acls>", 1))
		if err != nil {
			w.t.Fatal(err)
		}
		doc.Configuration().AddChild(acls)
		r := w.ask(name, node.Request{Verb: node.VerbCommit, Base: doc.Version(), CIB: doc.Bytes()})
		if r.Refused == node.NotRefused {
			return
		}
		if r.Refused != node.RefusedConflict {
			w.t.Fatal(r)
		}
	}
}

func TestAccessListsHoldForOtherUsers(t *testing.T) {
	w := newWorld(t, "alice")
	s := w.stranger("alice", control.Group)
	w.commit("alice")
	if h := s.commit(`</crm_config>`, `</crm_config><!-- hello -->`); h.Err != "" || h.Reply.Refused != node.NotRefused {
		t.Fatalf("without access lists: %+v", h)
	}
	w.guard("alice", "")

	h := s.ask(node.Request{Verb: node.VerbRead})
	text := string(h.Reply.CIB)
	if h.Err != "" || h.Reply.Refused != node.NotRefused || strings.Contains(text, `name="secret"`) || !strings.Contains(text, `id="d"`) || !h.Reply.Partial {
		t.Errorf("read: %+v %s", h.Err, text)
	}
	if h := s.commit(`value="Stopped"`, `value="Started"`); h.Reply.Refused != node.NotRefused {
		t.Errorf("a permitted commit: %+v", h)
	}
	if doc := w.read("alice"); doc.Find("dr").SelectAttrValue("value", "") != "Started" || !strings.Contains(string(doc.Bytes()), `name="secret"`) {
		t.Errorf("the commit lost something: %s", doc.Bytes())
	} else if u := cib.Attr(doc.Root(), "update-user"); u != "nobody" {
		t.Errorf("it was written by %q", u)
	}
	w.until("d runs", "alice", func(doc *cib.Document) bool { return len(activeOn(doc, "d")) == 1 })
	before := w.read("alice").Version()
	for _, test := range []struct {
		req  node.Request
		says string
	}{
		{node.Request{Verb: node.VerbStandby, Node: "alice", Value: "on"}, "role admin would grant it"},
		{node.Request{Verb: node.VerbAttribute, Node: "alice", Name: "x", Value: "1"}, "may not create /cib/status"},
		{node.Request{Verb: node.VerbRefresh, Resource: "d"}, "may not clean up /cib/status"},
		{node.Request{Verb: node.VerbConfirm, Node: "alice"}, "may not confirm the end of"},
		{node.Request{Verb: node.VerbShutdown}, "may not stop the member of /cib/status/node_state"},
		{node.Request{Verb: node.VerbForget}, "may not forget"},
	} {
		if h := s.ask(test.req); h.Reply.Refused != node.RefusedDenied || !strings.Contains(h.Reply.Text, "user nobody ") || !strings.Contains(h.Reply.Text, test.says) {
			t.Errorf("%s: %+v", test.req.Verb, h)
		}
	}
	if h := s.commit(`<primitive id="d"`, `<primitive id="d" description="mine"`); h.Reply.Refused != node.RefusedDenied ||
		!strings.Contains(h.Reply.Text, "may not change attribute description of /cib/configuration/resources/primitive[@id='d']: roles look, act do not grant it; role admin would grant it") {
		t.Errorf("a forbidden commit: %+v", h)
	}
	if now := w.read("alice").Version(); now.Epoch != before.Epoch {
		t.Errorf("something was changed: %s, was %s", now, before)
	}
	if h := s.ask(node.Request{Verb: "history"}); h.Err != "" || len(h.History) < 3 || strings.Contains(string(h.History[0].CIB), "secret\" value") {
		t.Errorf("history: %+v", h)
	}
}

func TestGroupsAndForeignersAtTheDoor(t *testing.T) {
	w := newWorld(t, "alice")
	member, foreigner := w.stranger("alice", control.Group), w.stranger("alice", "nogroup")
	w.guard("alice", `<acl_group id="`+control.Group+`"><role id="admin"/></acl_group>`)
	if h := member.commit(`<primitive id="d"`, `<primitive id="d" description="mine"`); h.Reply.Refused != node.NotRefused {
		t.Errorf("by its group: %+v", h)
	}
	if h := foreigner.ask(node.Request{Verb: node.VerbRead}); !strings.Contains(h.Err, "user nobody may not ask this daemon: become root or a member of group "+control.Group) {
		t.Errorf("a foreigner: %+v", h)
	}
}
