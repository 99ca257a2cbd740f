package daemon

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"crm/cib"
	"crm/node"
	"crm/node/agent"
	"crm/node/control"
	"crm/node/transport"
)

// world is a cluster of daemons in this process, over a network in memory.
type world struct {
	t       testing.TB
	timing  string // of ha.cf
	dir     string
	names   []string
	network *transport.Memory // nil: UDP and TCP over loopback
	port    int
	members map[string]*member
	count   func(transport.Media, transport.Sealed) (transport.Media, transport.Sealed) // nil, or put around a member's network
}

type member struct {
	stop, now context.CancelFunc
	ended     chan error
	client    *control.Client
	reload    chan os.Signal
}

type controlEvent = control.Event

func newWorld(t *testing.T, names ...string) *world {
	t.Helper()
	return makeWorld(t, transport.NewMemory(), 6940, names...)
}

// newLoopback is a cluster over real sockets: each member has an address of
// its own in 127/8.
func newLoopback(t *testing.T, names ...string) *world {
	t.Helper()
	return makeWorld(t, nil, freePort(t), names...)
}

// ports counts those that tests of this process were given.
var ports atomic.Int64

// freePort is a port that no test has and nobody uses. It is below those that
// the kernel gives to connections (32768 and more), so that it can be opened
// again when its member was killed.
func freePort(t *testing.T) int {
	t.Helper()
	for range 1000 {
		port := 10000 + (os.Getpid()*131+int(ports.Add(1)))%20000
		at := fmt.Sprintf("127.0.0.1:%d", port)
		udp, err := net.ListenPacket("udp4", at)
		if err != nil {
			continue
		}
		udp.Close()
		tcp, err := net.Listen("tcp4", at)
		if err != nil {
			continue
		}
		tcp.Close()
		return port
	}
	t.Skip("no free port on the loopback network")
	return 0
}

func makeWorld(t *testing.T, network *transport.Memory, port int, names ...string) *world {
	t.Helper()
	t.Parallel() // these tests mostly wait
	w := &world{t: t, names: names, network: network, port: port, timing: "keepalive 100ms\ndeadtime 1000ms\ninitdead 2000ms\n"}
	w.found()
	return w
}

// found starts the members.
func (w *world) found() {
	t := w.t
	t.Helper()
	dir, err := os.MkdirTemp("", "crm") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	w.dir, w.members = dir, map[string]*member{}
	t.Cleanup(func() {
		for name := range w.members { // order: all at once
			w.kill(name)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	for _, name := range w.names {
		w.configure(name)
		w.start(name)
	}
}

func (w *world) configure(name string) {
	w.t.Helper()
	dir := filepath.Join(w.dir, name)
	cf := fmt.Sprintf("%sudpport %d\ncrm on\n", w.timing, w.port)
	for i, n := range w.names {
		cf += fmt.Sprintf("node %s\n", n)
		if i < 16 { // a network in memory needs one line
			cf += fmt.Sprintf("ucast lo 127.0.0.%d\n", i+2)
		}
		if n == name {
			cf += fmt.Sprintf("bind 127.0.0.%d\n", i+2)
		}
	}
	for file, text := range map[string]string{"ha.cf": cf, "authkeys": "auth 1\n1 sha1 secret\n"} { // order: two files
		if err := os.MkdirAll(dir, 0o755); err != nil {
			w.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) start(name string) {
	w.t.Helper()
	dir := filepath.Join(w.dir, name)
	runner := agent.New()
	runner.State = filepath.Join(dir, "run")
	runner.Roots.Stonith = []string{filepath.Join(w.dir, "plugins")}
	log := slog.New(slog.NewTextHandler(w.t.Output(), nil)).With("member", name)
	if !testing.Verbose() {
		log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	opts := Options{Name: name, ConfigDir: dir, StateDir: filepath.Join(dir, "state"), Socket: filepath.Join(dir, "s"), Log: log, Agents: runner,
		Clients: filepath.Join(dir, "register")}
	if w.network != nil {
		opts.Network = func(c NetworkConfig) (transport.Media, transport.Sealed, error) {
			media, sealed := w.network.Join(c.Name, c.Keys, c.Receive)
			if w.count != nil {
				media, sealed = w.count(media, sealed)
			}
			return media, sealed, nil
		}
	}
	reload := make(chan os.Signal, 1)
	opts.Reload = reload
	d, err := Start(opts)
	if err != nil {
		w.t.Fatal(err)
	}
	stop, cancelStop := context.WithCancel(context.Background())
	now, cancelNow := context.WithCancel(context.Background())
	m := &member{stop: cancelStop, now: cancelNow, ended: make(chan error, 1), client: control.Dial(filepath.Join(dir, "s")), reload: reload}
	w.members[name] = m
	go func() { m.ended <- d.Wait(stop, now) }()
}

// kill ends a member at once, as a crash of its process would.
func (w *world) kill(name string) {
	m := w.members[name]
	delete(w.members, name)
	m.now()
	<-m.ended
	m.stop()
}

func (w *world) ask(name string, req node.Request) node.Reply {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 30*time.Second)
	defer cancel()
	reply, err := w.members[name].client.Ask(ctx, req)
	if err != nil {
		w.t.Fatalf("%s to %s: %v", req.Verb, name, err)
	}
	return reply
}

func (w *world) read(name string) *cib.Document {
	w.t.Helper()
	doc, err := cib.Parse(w.ask(name, node.Request{Verb: node.VerbRead}).CIB)
	if err != nil {
		w.t.Fatal(err)
	}
	return doc
}

// commit puts primitives into the configuration, by way of one member. The
// cluster enters its own nodes meanwhile, so a conflict is tried again.
func (w *world) commit(name string, primitives ...string) {
	w.t.Helper()
	for {
		doc := w.read(name)
		base := doc.Version()
		doc.SetProperty("stonith-enabled", "false")
		for _, text := range primitives {
			e, err := cib.ParseElement(text)
			if err != nil {
				w.t.Fatal(err)
			}
			doc.MakeSection("resources").AddChild(e)
		}
		reply := w.ask(name, node.Request{Verb: node.VerbCommit, Base: base, CIB: doc.Bytes()})
		switch reply.Refused {
		case node.NotRefused:
			return
		case node.RefusedConflict:
		default:
			w.t.Fatalf("commit: %s: %s", reply.Refused, reply.Text)
		}
	}
}

// until waits for a condition that a member's notices may bring about.
func (w *world) until(what, name string, holds func(*cib.Document) bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds(w.read(name)) {
		select {
		case <-ctx.Done():
			w.t.Fatalf("%s: not within 30 s; the CIB of %s:\n%s", what, name, w.read(name).Bytes())
		case <-tick.C:
		}
	}
}

func dummy(id string) string {
	return fmt.Sprintf(`<primitive id="%s" class="ocf" provider="crm" type="Dummy"><operations>`+
		`<op id="%s-m" name="monitor" interval="1s"/></operations></primitive>`, id, id)
}

func TestCommitSurvivesARestart(t *testing.T) {
	w := newWorld(t, "alice")
	w.commit("alice", dummy("d"))
	was := w.read("alice").Version()
	w.kill("alice")
	w.start("alice")
	w.until("the configuration is back", "alice", func(doc *cib.Document) bool {
		v := doc.Version()
		return v.AdminEpoch == was.AdminEpoch && v.Epoch >= was.Epoch && strings.Contains(string(doc.Bytes()), `id="d"`)
	})
}

func TestStrangerSocketPathIsRefused(t *testing.T) {
	w := newWorld(t, "alice")
	_, err := Start(Options{Name: "alice", ConfigDir: filepath.Join(w.dir, "alice"), StateDir: filepath.Join(w.dir, "alice", "state"),
		Socket: filepath.Join(w.dir, "alice", "s")})
	if err == nil || !strings.Contains(err.Error(), "another crm daemon") {
		t.Errorf("second daemon on the same folders: %v", err)
	}
}

func TestBadSettingsAreAllTold(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ha.cf"), []byte("keepalive banana\nnode alice\nbcast lo\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(Options{Name: "alice", ConfigDir: dir, StateDir: filepath.Join(dir, "s")})
	if err == nil {
		t.Fatal("started")
	}
	for _, part := range []string{"ha.cf:1", "banana", "authkeys is missing", "mode 600"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
}

func TestSocketIsClosedAfterTheEnd(t *testing.T) {
	w := newWorld(t, "alice")
	socket := filepath.Join(w.dir, "alice", "s")
	w.kill("alice")
	if conn, err := net.Dial("unix", socket); err == nil {
		conn.Close()
		t.Error("somebody still answers")
	}
}

func TestCommitReachesEveryMember(t *testing.T) {
	w := newWorld(t, "alice", "bob", "carol")
	w.commit("bob", dummy("d"), dummy("e"))
	for _, name := range w.names {
		w.until("the commit reaches "+name, name, func(doc *cib.Document) bool { return doc.Find("e") != nil })
	}
}

// activeOn is where the last operation of a resource was a good start, on
// nodes that take part.
func activeOn(doc *cib.Document, id string) (nodes []string) {
	for _, state := range doc.Status().SelectElements("node_state") {
		for _, op := range state.FindElements("./lrm/lrm_resources/lrm_resource[@id='" + id + "']/lrm_rsc_op") {
			if strings.HasSuffix(op.SelectAttrValue("id", ""), "_last_0") && op.SelectAttrValue("operation", "") == "start" &&
				op.SelectAttrValue("rc-code", "") == "0" && state.SelectAttrValue("join", "") == "member" {
				nodes = append(nodes, state.SelectAttrValue("uname", ""))
			}
		}
	}
	return nodes
}

func TestOneMemberRunsOnePrimitive(t *testing.T) {
	w := newWorld(t, "alice")
	w.commit("alice", dummy("d"))
	w.until("d runs on alice", "alice", func(doc *cib.Document) bool { return fmt.Sprint(activeOn(doc, "d")) == "[alice]" })
}

func TestThreeMembersElectReplicateAndTakeOver(t *testing.T) {
	t.Run("memory", func(t *testing.T) { takeOver(t, newWorld(t, "alice", "bob", "carol")) })
	t.Run("loopback", func(t *testing.T) { takeOver(t, newLoopback(t, "alice", "bob", "carol")) })
}

func takeOver(t *testing.T, w *world) {
	w.commit("bob", dummy("d"), dummy("e"), dummy("f"))
	for _, name := range w.names {
		w.until("the commit reaches "+name, name, func(doc *cib.Document) bool { return strings.Contains(string(doc.Bytes()), `id="e"`) })
	}
	running := func(want int, at string) func(*cib.Document) bool {
		return func(doc *cib.Document) bool {
			n := 0
			for _, id := range []string{"d", "e", "f"} {
				if on := activeOn(doc, id); len(on) == 1 && on[0] != at {
					n++
				}
			}
			return n == want
		}
	}
	w.until("all three run", "carol", running(3, ""))
	victim := activeOn(w.read("carol"), "d")[0]
	w.kill(victim)
	other := map[string]string{"alice": "bob", "bob": "carol", "carol": "alice"}[victim]
	w.until("all three run without "+victim, other, running(3, victim))
}

func TestCleanStopMovesResourcesAway(t *testing.T) {
	w := newWorld(t, "alice", "bob", "carol")
	w.commit("alice", dummy("d"))
	w.until("d runs", "alice", func(doc *cib.Document) bool { return len(activeOn(doc, "d")) == 1 })
	victim := activeOn(w.read("alice"), "d")[0]
	w.members[victim].stop()
	if err := <-w.members[victim].ended; err != nil {
		t.Fatalf("clean stop of %s: %v", victim, err)
	}
	w.members[victim].now()
	delete(w.members, victim)
	other := map[string]string{"alice": "bob", "bob": "carol", "carol": "alice"}[victim]
	w.until("d moved", other, func(doc *cib.Document) bool {
		on := activeOn(doc, "d")
		return len(on) == 1 && on[0] != victim
	})
}
