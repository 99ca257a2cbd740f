package daemon

import (
	"bufio"
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"crm/node"
	"crm/node/agent"
	"crm/node/control"
	"crm/node/haconf"
	"crm/node/transport"
)

// pairScript is a service of the pair: it keeps a file while it runs.
const pairScript = `#!/bin/sh
f=$HA_DIR/../$HA_CURHOST-$1
case $2 in
start) [ ! -e $HA_DIR/broken ] || exit 1; touch $f;;
stop) rm -f $f;;
status) if [ -e $f ]; then echo running; else echo stopped; fi;;
esac
`

// newPair is alice and bob with haresources. Addresses of loopback are notes
// in a folder, so that no right is needed.
func newPair(t *testing.T, failback string) *world {
	t.Helper()
	w := makeWorld(t, transport.NewMemory(), 6940)
	w.names = []string{"alice", "bob"}
	for _, name := range w.names {
		w.configure(name)
		dir := filepath.Join(w.dir, name)
		path := filepath.Join(dir, "ha.cf")
		cf, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		w.write(path, strings.Replace(string(cf), "crm on", "auto_failback "+failback, 1), 0o600)
		w.write(filepath.Join(dir, "haresources"), "alice 127.0.1.1 web::a\nbob IPaddr2::127.0.1.2/8/lo\n", 0o600)
		w.write(filepath.Join(dir, "resource.d", "web"), pairScript, 0o700)
	}
	return w
}

func (w *world) write(path, text string, mode os.FileMode) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		w.t.Fatal(err)
	}
}

// holds waits until members hold what they should, in words like "alice=all".
func (w *world) holds(want ...string) {
	w.t.Helper()
	for _, pair := range want {
		name, hold, _ := strings.Cut(pair, "=")
		w.ringUntil(name, func(r control.Ring) bool { return r.Hold == hold })
		_, err := os.Stat(filepath.Join(w.dir, name+"-a"))
		if runs := err == nil; runs != (hold == "all" || (hold == "local") == (name == "alice") && hold != "none") {
			w.t.Errorf("%s holds %s, web::a runs there: %v", name, hold, runs)
		}
	}
}

func (w *world) move(name, action, set string) error {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 10*time.Second)
	defer cancel()
	return w.members[name].client.Move(ctx, control.Move{Action: action, Set: set})
}

// TestPair is the plan of tests that pairs with haresources are set up by.
func TestPair(t *testing.T) {
	for _, failback := range []string{"on", "off", "legacy"} {
		t.Run(failback, func(t *testing.T) { pairPlan(t, newPair(t, failback), failback) })
	}
}

func pairPlan(t *testing.T, w *world, failback string) {
	w.start("alice")
	w.holds("alice=all")
	w.start("bob")
	if failback == "off" {
		w.ringUntil("bob", func(r control.Ring) bool { return r.Nodes[0].State == "active" && r.Hold == "none" })
		w.holds("alice=all", "bob=none")
	} else {
		w.holds("alice=local", "bob=local")
	}
	w.stopped("alice")
	w.holds("bob=all")
	w.start("alice")
	if failback == "off" {
		w.holds("alice=none", "bob=all")
		if err := w.move("alice", control.MoveTakeover, "local"); err != nil {
			t.Fatal(err)
		}
	}
	w.holds("alice=local", "bob=local")
	w.kill("alice")
	w.holds("bob=all")
}

// TestPairMovesByHand: standby and takeover, and what is refused.
func TestPairMovesByHand(t *testing.T) {
	w := newPair(t, "off")
	w.start("alice")
	w.holds("alice=all")
	if err := w.move("alice", control.MoveStandby, "all"); err == nil || !strings.Contains(err.Error(), "no other node") {
		t.Errorf("standby with nobody there: %v", err)
	}
	w.start("bob")
	w.ringUntil("alice", func(r control.Ring) bool { return r.Nodes[1].State == "active" })
	w.holds("bob=none")
	if err := w.move("alice", control.MoveStandby, "some"); err == nil || !strings.Contains(err.Error(), "expected all, local") {
		t.Errorf("standby of what does not exist: %v", err)
	}
	if err := w.move("alice", control.MoveStandby, "local"); err != nil {
		t.Error(err)
	}
	w.holds("alice=foreign", "bob=foreign")
	if err := w.move("alice", control.MoveTakeover, "all"); err != nil {
		t.Error(err)
	}
	w.holds("alice=all", "bob=none")
	groups := w.ringUntil("bob", func(control.Ring) bool { return true }).Groups
	if len(groups) != 2 || groups[0] != (control.HeldGroup{Key: "127.0.1.1", Node: "alice", State: "elsewhere", Holder: "alice"}) {
		t.Errorf("bob says of the groups: %+v", groups)
	}
}

// TestPairFailedStart: what does not start here is started by the other, and
// nobody says that it runs where it does not.
func TestPairFailedStart(t *testing.T) {
	w := newPair(t, "on")
	w.write(filepath.Join(w.dir, "alice", "broken"), "", 0o600)
	w.start("bob")
	w.holds("bob=all")
	w.start("alice")
	w.ringUntil("alice", func(r control.Ring) bool { return r.Hold == "none" && r.Groups[0].Holder == "bob" })
	w.holds("bob=all")
}

// TestPairGoesOnAfterADaemonDied: its scripts run on, and the next daemon takes
// them over without a stop.
func TestPairGoesOnAfterADaemonDied(t *testing.T) {
	w := newPair(t, "off")
	w.start("alice")
	w.holds("alice=all")
	at := filepath.Join(w.dir, "alice-a")
	was, err := os.Stat(at)
	if err != nil {
		t.Fatal(err)
	}
	w.kill("alice")
	w.start("alice")
	w.holds("alice=all")
	if is, err := os.Stat(at); err != nil || !is.ModTime().Equal(was.ModTime()) {
		t.Errorf("web was started again: %v", err)
	}
}

// TestPairHasNoCIB: questions about the configuration say where it is.
func TestPairHasNoCIB(t *testing.T) {
	w := newPair(t, "off")
	w.start("alice")
	reply := w.ask("alice", node.Request{Verb: node.VerbRead})
	if reply.Refused == node.NotRefused || !strings.Contains(reply.Text, "hb_standby") {
		t.Errorf("read: %+v", reply)
	}
}

// TestPairWithoutHaresources says what to write.
func TestPairWithoutHaresources(t *testing.T) {
	w := newPair(t, "off")
	dir := filepath.Join(w.dir, "alice")
	if err := os.Remove(filepath.Join(dir, "haresources")); err != nil {
		t.Fatal(err)
	}
	_, err := Start(Options{Name: "alice", ConfigDir: dir, StateDir: filepath.Join(dir, "state"), Socket: filepath.Join(dir, "s")})
	if err == nil || !strings.Contains(err.Error(), "haresources is missing") || !strings.Contains(err.Error(), `"crm on"`) {
		t.Errorf("started, or: %v", err)
	}
}

// TestScriptsAreFound: what runs a word of haresources.
func TestScriptsAreFound(t *testing.T) {
	dir := t.TempDir()
	o := Options{Name: "alice", ConfigDir: dir, Agents: &agent.Runner{Roots: agent.Roots{OCF: filepath.Join(dir, "ocf"), Init: []string{filepath.Join(dir, "init.d")}}}}
	w := &world{t: t}
	for _, script := range []string{"resource.d/web", "resource.d/IPaddr", "init.d/nginx", "ocf/resource.d/heartbeat/Filesystem"} {
		w.write(filepath.Join(dir, script), "#!/bin/sh\n", 0o755)
	}
	w.write(filepath.Join(dir, "conf/OCF/Filesystem/one"), "# where\ndevice=/dev/sdb1\nexport OCF_RESKEY_directory='/srv'\n", 0o644)
	s := newScripts(o, func(node.Level, string) {})
	for _, test := range []struct{ word, want string }{
		{"web::a::b", "heartbeat:web 1=a 2=b"},
		{"nginx", "heartbeat:nginx"},
		{"IPaddr2::10.0.0.1/24/eth0:1/10.0.0.255", "ocf:crm:VirtualIP broadcast=10.0.0.255 check_link=false cidr_netmask=24 iflabel=1 ip=10.0.0.1 nic=eth0"},
		{"IPaddr2::10.0.0.1/24/10.0.0.255", "ocf:crm:VirtualIP broadcast=10.0.0.255 check_link=false cidr_netmask=24 ip=10.0.0.1"},
		{"IPv6addr::fd00::1", "heartbeat:no"}, // :: parts arguments
		{"10.0.0.1", "heartbeat:IPaddr 1=10.0.0.1"},
		{"Filesystem::/dev/sdb1::/srv::ext4", "ocf:heartbeat:Filesystem device=/dev/sdb1 directory=/srv fstype=ext4"},
		{"OCF::Filesystem::one", "ocf:heartbeat:Filesystem device=/dev/sdb1 directory=/srv"},
		{"OCF::Filesystem::two", "two is missing"},
		{"nosuch", "no executable script nosuch"},
	} {
		groups, _, err := haconf.ParseHaresources("haresources", []byte("alice "+test.word), []string{"alice"})
		if err != nil {
			t.Fatal(err)
		}
		op, err := s.op(groups[0].Resources[0])
		if got := opText(op, err); !strings.Contains(got, test.want) && test.want != "heartbeat:no" {
			t.Errorf("%s is %s, want %s", test.word, got, test.want)
		}
	}
}

func opText(op agent.Op, err error) string {
	if err != nil {
		return err.Error()
	}
	text := op.Ref.String()
	for _, name := range sorted(op.Params) {
		text += " " + name + "=" + op.Params[name]
	}
	return text
}

// TestPackagedScripts: a script of a package counts as the package's until it
// is edited.
func TestPackagedScripts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "IPaddr")
	if err := os.WriteFile(path, []byte("hello\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	sums := packaged(bufio.NewScanner(strings.NewReader("Package: heartbeat\nConffiles:\n /etc/ha.d/resource.d/IPaddr b1946ac92492d2347c6235b4d2611184\n")))
	s := &scripts{stock: map[string]string{path: sums["/etc/ha.d/resource.d/IPaddr"]}}
	if !s.isStock(path) {
		t.Error("as it came, but taken for edited")
	}
	if err := os.WriteFile(path, []byte("hello you\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if s.isStock(path) {
		t.Error("edited, but taken for the package's")
	}
}

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// TestPairFencesTheDead: a node that died is reset before anything of it is
// taken; here by a plugin that keeps a note.
func TestPairFencesTheDead(t *testing.T) {
	w := newPair(t, "off")
	plugin := "#!/bin/sh\ncase $1 in\ngetconfignames) echo hostlist;;\ngethosts) echo $hostlist | tr , \" \";;\n" +
		"getinfo-xml) echo '<parameters><parameter name=\"hostlist\"><content type=\"string\"/></parameter></parameters>';;\n" +
		"reset) touch " + w.dir + "/reset-$2;;\nesac\n"
	w.write(filepath.Join(w.dir, "plugins", "external", "note"), plugin, 0o700)
	for _, name := range w.names {
		path := filepath.Join(w.dir, name, "ha.cf")
		cf, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		w.write(path, string(cf)+"stonith_host * external/note hostlist=alice,bob\n", 0o600)
	}
	w.start("bob")
	w.start("alice")
	w.holds("alice=local", "bob=local")
	w.kill("alice")
	w.holds("bob=all")
	if _, err := os.Stat(filepath.Join(w.dir, "reset-alice")); err != nil {
		t.Error("alice was not reset: ", err)
	}
}
