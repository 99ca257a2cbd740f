package daemon

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"crm/cib"
	"crm/node/control"
	"crm/node/transport"
	"crm/node/wire"
)

// kinds are all types of messages that a heartbeat ring knows, one that none
// does, and none.
var kinds = []string{"status", "NS_ackmsg", "NS_rexmit", "NS_nak_rexmit", "NS_st", "reqnodes", "repnodes", "addnode", "delnode", "setweight",
	"setsite", "starting", "resource", "ask_resources", "hb_takeover", "ip-request", "ip-request-resp", "stonith", "shutdone", "hbapi-clstat",
	"hbapi-req", "query-cstatus", "respond-cstatus", "num_ping_nodes", "you_are_dead", "abort_giveup", "what-is-this", "NS_what", ""}

// orders are the types by which a member tells others, by the protocol, that
// resources or nodes change.
var orders = []string{"shutdone", "resource", "starting", "ask_resources", "hb_takeover", "ip-request", "ip-request-resp", "stonith", "addnode",
	"delnode", "repnodes"}

// oddities are values that no field should have, beside those that some have.
var oddities = []string{"", "0", "-1", "1", "2", "a", "ff", "7fffffff", "ffffffff", "ffffffffffffffff", "10000000000000000", "-9223372036854775808",
	"18446744073709551615", "1e9", "0x1", " 1", "é\x00\n\x13", "%s%n", "none", "all", "local", "foreign", "full", "me", "other", "done", "active", "dead",
	"init", "up", "ping", "carol", "ALICE", "bob", "bob bob bob ", "OK", "yes", strings.Repeat("x", 300), strings.Repeat("many nodes ", 200)}

// fieldNames are the fields that messages have, or that a careless reader
// would trip over.
var fieldNames = []string{wire.State, wire.DeadTime, wire.Protocol, wire.AckSeq, wire.FirstSeq, wire.LastSeq, wire.Info, wire.NodeList, wire.DelNodes,
	wire.Dest, wire.Load, wire.TTL, wire.Stamp, wire.Payload, wire.Packing, wire.Auth, "rsc_hold", "rtype", "isstable", "ipaddr", "weown", "ok", "node",
	"result", "weight", "site", "from_id", "to_id", "client_gen", "cn", "cs", "num_ping", "reqtype", "subt"}

// attacker says what it likes on the network of a world.
type attacker struct {
	*rand.Rand
	keys *wire.Keyring
	seq  uint64
	gen  uint64 // the daemon has another one each time
}

func (a *attacker) one(of []string) string { return of[a.IntN(len(of))] }

// message is one of a type, with what every message has, and with fields
// missing, doubled, of the wrong kind and with values that make no sense.
func (a *attacker) message(src, kind string) *wire.Message {
	a.seq++
	m := wire.New(kind).Add(wire.Src, src).AddBinary(wire.SrcUUID, "0123456789abcdef").Add(wire.Seq, fmt.Sprintf("%x", a.seq)).
		Add(wire.HG, fmt.Sprintf("%x", a.gen)).Add(wire.TS, fmt.Sprintf("%x", time.Now().Unix()))
	if a.IntN(2) == 0 {
		m.Add(wire.Dest, a.one([]string{"alice", "bob", "ALICE", "", "nobody"}))
	}
	for range a.IntN(6) {
		f := wire.Field{Name: a.one(fieldNames), Value: a.one(oddities)}
		if a.IntN(8) == 0 {
			f.Kind = wire.Kind(a.IntN(6))
		}
		m.Fields = append(m.Fields, f)
	}
	switch i := a.IntN(len(m.Fields)); a.IntN(6) {
	case 0:
		m.Fields = slices.Delete(m.Fields, i, i+1)
	case 1:
		m.Fields = append(m.Fields, m.Fields[i])
	case 2:
		if name := m.Fields[i].Name; name != wire.Src && name != wire.Type && name != wire.HG {
			m.Fields[i].Value = a.one(oddities)
		}
	}
	return m
}

// packet is a message as bytes, in one of the forms; when it is not signed
// with the ring's key or is changed afterwards, nobody may believe it.
func (a *attacker) packet(m *wire.Message, believed bool) []byte {
	form := []wire.Form{wire.Netstring, wire.Classic, wire.Plain}[a.IntN(3)]
	p := a.keys.Append(nil, m, form)
	if a.IntN(10) == 0 {
		p = a.keys.Append(nil, a.keys.Pack(m), form)
	}
	if believed {
		return p
	}
	whole := bytes.Clone(p)
	for range 1 + a.IntN(4) {
		switch i := a.IntN(len(p)); a.IntN(3) {
		case 0:
			p[i] ^= byte(1 + a.IntN(255))
		case 1:
			p = p[:i+1]
		default:
			p = slices.Insert(p, i, []byte(a.one(oddities))...)
		}
	}
	if bytes.HasPrefix(p, bytes.TrimRight(whole, "\x00")) { // heartbeat's own may end with a zero byte
		return nil
	}
	return p
}

// beat is a good one of the attacker's own node.
func (a *attacker) beat() []byte {
	if a.seq++; a.IntN(50) == 0 {
		a.gen, a.seq = a.gen+1, 1 // a new life, in which what it said before counts no more
	}
	return a.keys.Append(nil, wire.New("status").Add(wire.State, "active").Add(wire.DeadTime, "3e8").Add(wire.Protocol, "1").Add(wire.Src, "carol").
		AddBinary(wire.SrcUUID, "0123456789abcdef").Add(wire.Seq, fmt.Sprintf("%x", a.seq)).Add(wire.HG, fmt.Sprintf("%x", a.gen)).
		Add(wire.TS, fmt.Sprintf("%x", time.Now().Unix())), wire.Netstring)
}

// listener hears the ring and keeps the longest silence between two beats of a
// member.
type listener struct {
	longest atomic.Int64
	stop    func()
}

func (w *world) listen(name string) *listener {
	keys, err := wire.NewKeyring(1, wire.Key{Number: 1, Method: wire.SHA1, Secret: "secret"})
	if err != nil {
		w.t.Fatal(err)
	}
	media, _ := w.network.Join("listener", keys, func(string, []byte) {})
	l := &listener{}
	var ended atomic.Bool
	var working sync.WaitGroup
	working.Go(func() {
		var last time.Time
		for !ended.Load() {
			p, ok := media.Next(time.Now().Add(time.Second))
			if !ok || p.Message.Type() != "status" || p.Message.Get(wire.Src) != name || p.Message.Get(wire.TTL) == "" {
				continue
			}
			if !last.IsZero() {
				l.longest.Store(max(l.longest.Load(), int64(time.Since(last))))
			}
			last = time.Now()
		}
	})
	l.stop = sync.OnceFunc(func() {
		ended.Store(true)
		media.Wake()
		working.Wait()
		media.Close()
	})
	w.t.Cleanup(l.stop)
	return l
}

// attack sends many packets, a few at a time so that beats are not lost for
// want of room, and tells how late alice's beats were.
func (w *world) attack(seed uint64, packets int, next func(a *attacker) []byte) {
	w.t.Helper()
	keys, err := wire.NewKeyring(1, wire.Key{Number: 1, Method: wire.SHA1, Secret: "secret"})
	if err != nil {
		w.t.Fatal(err)
	}
	media, _ := w.network.Join("mallory", keys, func(string, []byte) {})
	defer media.Close()
	a := &attacker{Rand: rand.New(rand.NewPCG(seed, 1)), keys: keys, gen: seed}
	l := w.listen("alice")
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for i := range packets {
		if i%4 == 0 {
			<-tick.C
		}
		if err := media.Send(next(a)); err != nil {
			w.t.Fatal(err)
		}
	}
	<-time.After(300 * time.Millisecond) // two beats more
	l.stop()
	late := time.Duration(l.longest.Load()) - 100*time.Millisecond // keepalive
	w.t.Logf("beats were at most %v late", late.Round(time.Millisecond))
	if late > time.Second {
		w.t.Errorf("a beat was %v late", late)
	}
}

const hostilePackets = 4000

// notDeleting leaves out what makes a member end by the protocol: to be
// deleted from the ring.
func (a *attacker) notDeleting(m *wire.Message) *wire.Message {
	for i := range m.Fields {
		if f := &m.Fields[i]; f.Name == wire.NodeList || f.Name == wire.DelNodes {
			f.Value = "dave "
		}
	}
	return m
}

// withCarol adds a third node to the members' files: the attacker. The members
// are patient, because a busy machine delays tests.
func (w *world) withCarol() *world {
	patient := strings.NewReplacer("deadtime 1000ms", "deadtime 3000ms", "initdead 2000ms", "initdead 3000ms")
	for _, name := range w.names {
		path := filepath.Join(w.dir, name, "ha.cf")
		text, err := os.ReadFile(path)
		if err != nil {
			w.t.Fatal(err)
		}
		w.write(path, patient.Replace(string(text))+"node carol\n", 0o600)
	}
	return w
}

// attacks are what the tests below go through; changes tells of the last one,
// by which the protocol lets resources and nodes change.
func (w *world) attacks(seed uint64, harmless []string, unchanged func(what string)) {
	w.attack(seed, hostilePackets, func(a *attacker) []byte { return a.packet(a.message(a.one(w.names), a.one(kinds)), false) })
	unchanged("without the key")
	w.attack(seed+1, hostilePackets, func(a *attacker) []byte { return a.packet(a.message("mallory", a.one(kinds)), true) })
	unchanged("as a stranger with the key")
	w.attack(seed+2, hostilePackets, func(a *attacker) []byte {
		if a.IntN(10) == 0 {
			return a.beat()
		}
		return a.packet(a.message("carol", a.one(harmless)), true)
	})
	unchanged("as a node that orders nothing")
	w.attack(seed+3, hostilePackets, func(a *attacker) []byte {
		if a.IntN(10) == 0 {
			return a.beat()
		}
		return a.packet(a.notDeleting(a.message("carol", a.one(kinds))), true)
	})
	w.ringUntil("alice", func(r control.Ring) bool { return r.Nodes[2].State == "dead" })
	w.ringUntil("bob", func(r control.Ring) bool { return r.Nodes[2].State == "dead" })
}

// TestHostilePair: a pair with haresources, attacked by somebody without the
// key, by somebody with the key who is no node, and by a third node. When that
// one is dead, all is where it belongs again.
func TestHostilePair(t *testing.T) {
	w := newPair(t, "on").withCarol()
	w.start("alice")
	w.start("bob")
	w.holds("alice=local", "bob=local")
	unchanged := func(what string) {
		t.Helper()
		for _, name := range w.names {
			info, err := w.members[name].client.Info(t.Context())
			if err != nil {
				t.Fatalf("%s: %s: %v", what, name, err)
			}
			r := info.Ring
			if r.Hold != "local" || r.Nodes[0].State != "active" || r.Nodes[1].State != "active" {
				t.Errorf("%s: %s holds %q, nodes %+v", what, name, r.Hold, r.Nodes)
			}
		}
		if _, err := os.Stat(filepath.Join(w.dir, "alice-a")); err != nil {
			t.Errorf("%s: the service does not run: %v", what, err)
		}
	}
	harmless := slices.DeleteFunc(slices.Clone(kinds), func(k string) bool { return slices.Contains(orders, k) })
	w.attacks(1, harmless, unchanged)
	w.holds("alice=local", "bob=local")
	w.kill("bob")
	w.holds("alice=all")
}

// TestHostileCluster: members with a CIB. Messages of heartbeat's resources
// mean nothing there, and neither does what comes over the channel and cannot
// be read.
func TestHostileCluster(t *testing.T) {
	w := makeWorld(t, transport.NewMemory(), 6940)
	w.names = []string{"alice", "bob"}
	for _, name := range w.names {
		w.configure(name)
	}
	w.withCarol()
	for _, name := range w.names {
		w.start(name)
	}
	w.commit("alice", `<primitive id="d1" class="ocf" provider="crm" type="Dummy"/>`)
	runs := func(doc *cib.Document, id string) bool {
		return len(doc.Status().FindElements(".//lrm_resource[@id='"+id+"']/lrm_rsc_op[@operation='start'][@rc-code='0']")) == 1 &&
			len(doc.Status().FindElements("./node_state[@join='member']")) == 2
	}
	w.until("d1 runs", "alice", func(doc *cib.Document) bool { return runs(doc, "d1") })
	unchanged := func(what string) {
		t.Helper()
		for _, name := range w.names {
			info, err := w.members[name].client.Info(t.Context())
			if err != nil {
				t.Fatalf("%s: %s: %v", what, name, err)
			}
			if n := info.Ring.Nodes; n[0].State != "active" || n[1].State != "active" {
				t.Errorf("%s: for %s the nodes are %+v", what, name, n)
			}
			if doc := w.read(name); !runs(doc, "d1") {
				t.Errorf("%s: %s:\n%s", what, name, doc.Bytes())
			}
		}
	}
	w.garbage("carol")
	unchanged("what cannot be read")
	harmless := slices.DeleteFunc(slices.Clone(kinds), func(k string) bool {
		return slices.Contains([]string{"shutdone", "addnode", "delnode", "repnodes"}, k)
	})
	w.attacks(5, harmless, unchanged)
	unchanged("when it is over")
	w.commit("bob", `<primitive id="d2" class="ocf" provider="crm" type="Dummy"/>`)
	w.until("d2 runs", "alice", func(doc *cib.Document) bool { return runs(doc, "d2") })
}

// garbage says things over the channel that no member says.
func (w *world) garbage(as string) {
	w.t.Helper()
	keys, err := wire.NewKeyring(1, wire.Key{Number: 1, Method: wire.SHA1, Secret: "secret"})
	if err != nil {
		w.t.Fatal(err)
	}
	_, sealed := w.network.Join(as, keys, func(string, []byte) {})
	defer sealed.Close()
	chance := rand.New(rand.NewPCG(9, 9))
	for _, text := range []string{"", "\x00", "\x00\x00", "\x00l\x00", "\x00\x00\x0a\xff\xff\xff\xff\x0f", "\x01", "\x01###\n", "\x01>>>\nt=status\n<<<\n", "{", "{}", "null", "[]", "0", `"x"`,
		`{"Hello":null}`, `{"Hello":{}}`, `{"Hello":{"Process":"p","Reign":"r","Quorum":true,"Joined":["p"],"Table":[{"Name":"alice"}]}}`,
		`{"Orders":{}}`, `{"Orders":{"List":[{}]}}`, `{"Orders":{"List":[{"Key":"1:1:0:p","Action":null}]}}`, `{"Orders":{"List":[{"Action":{"Operation":"stop"}}]}}`,
		`{"Updates":{"First":18446744073709551615,"List":[{},{}]}}`, `{"Taken":{"Upto":18446744073709551615}}`, `{"Attrs":{"Version":18446744073709551615}}`,
		`{"Mirror":{}}`, `{"Mirror":{"Node":"alice","Version":1,"List":[{}]}}`, `{"Ask":{}}`, `{"Ask":{"ID":"x","From":"alice","Request":{}}}`, `{"Reply":{}}`, `{"Reply":{"ID":"x"}}`,
		`{"Join":{}}`, `{"Join":{"Reign":"r","Jobs":-1,"Upto":18446744073709551615,"History":[{}]}}`, `{"Lineage":"other","Hello":{"Leads":true,"Term":18446744073709551615}}`,
		strings.Repeat("[", 100000), `{"Hello":` + strings.Repeat(`{"Hello":`, 5000)} {
		for _, to := range w.names {
			sealed.Send(to, []byte(text))
			for range 20 {
				b := []byte(text)
				for range 1 + chance.IntN(3) {
					if len(b) > 0 {
						b[chance.IntN(len(b))] = byte(chance.IntN(256))
					}
				}
				sealed.Send(to, b)
			}
		}
	}
}
