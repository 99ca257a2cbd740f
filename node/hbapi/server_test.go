package hbapi

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"crm/node/wire"
)

var view = View{Node: "hbn1", Version: "1.2", Hold: "local", Parameters: map[string]string{"deadtime": "3"},
	KeepAlive: 500 * time.Millisecond, DeadTime: 3 * time.Second, Nodes: []Node{
		{Name: "hbn1", UUID: "0123456789abcdef", State: "active", Type: "normal", Links: []Link{{Name: "eth0", Up: true}, {Name: "eth1"}}},
		{Name: "hbn2", State: "dead", Type: "normal", Links: []Link{{Name: "eth0"}}},
		{Name: "10.0.0.254", State: "ping", Type: "ping", Links: []Link{{Name: "10.0.0.254", Up: true}}},
	}}

// world is a server; what it sends to the members is kept.
type world struct {
	t      *testing.T
	path   string
	server *Server
	sent   chan *wire.Message
	said   chan string
}

func me() []string {
	return []string{fmt.Sprint("uid=", os.Getuid()), fmt.Sprint("gid=", os.Getgid())}
}

// serve starts a server where this user may be anon, ipfail and test.
func serve(t *testing.T) *world {
	t.Helper()
	dir, err := os.MkdirTemp("", "reg") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, path: filepath.Join(dir, "register"), sent: make(chan *wire.Message, 64), said: make(chan string, 64)}
	uid := fmt.Sprint(os.Getuid())
	w.server, err = Listen(w.path, Config{View: func() View { return view }, Send: func(m *wire.Message) { w.sent <- m },
		Rules: []Rule{{"anon", []string{uid}, nil}, {"ipfail", nil, []string{fmt.Sprint(os.Getgid())}}, {"other", []string{"4711", "no-such-user"}, []string{"4711"}}},
		Notice: func(_ bool, text string) {
			select {
			case w.said <- text:
			default:
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.server.Close(); err != nil {
			t.Error(err)
		}
		os.RemoveAll(dir)
	})
	return w
}

// talk is one client's end.
type talk struct {
	t    *testing.T
	conn net.Conn
	name string
}

func (w *world) dial(name string) *talk {
	w.t.Helper()
	conn, err := net.Dial("unix", w.path)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { conn.Close() })
	return &talk{w.t, conn, name}
}

func (c *talk) send(fields ...string) {
	c.t.Helper()
	m := &wire.Message{}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		m.Add(name, value)
	}
	if _, err := c.conn.Write(appendFrame(nil, m)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *talk) ask(kind string, fields ...string) {
	c.t.Helper()
	c.send(append([]string{"t=hbapi-req", "reqtype=" + kind, fmt.Sprint("pid=", os.Getpid()), "from_id=" + c.name}, fields...)...)
}

func (c *talk) hear() string {
	c.t.Helper()
	if err := c.conn.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		c.t.Fatal(err)
	}
	m, err := readFrame(c.conn)
	if err != nil {
		return err.Error()
	}
	return m.String()
}

func (c *talk) expect(what string, want ...string) {
	c.t.Helper()
	for _, w := range want {
		if got := c.hear(); !strings.Contains(got, w) {
			c.t.Errorf("%s: %q, want %q", what, got, w)
		}
	}
}

func (c *talk) signOn() *talk {
	c.t.Helper()
	c.ask("signon", me()...)
	c.expect("signon", "t=hbapi-resp reqtype=signon result=OK deadtime=bb8 keepalive=1f4 node=hbn1 hbversion=1.2 pacemaker=false logfacility=-1")
	return c
}

func casual() string { return fmt.Sprint(os.Getpid()) }

// TestQuestions: one conversation, as cl_status has it.
func TestQuestions(t *testing.T) {
	c := serve(t).dial(casual()).signOn()
	for _, step := range []struct {
		asked string
		want  []string // a part of each answer
	}{
		{"nodelist", []string{"node=hbn1 nodetype=normal st=active result=ok/more", "node=hbn2 nodetype=normal st=dead result=ok/more",
			"node=10.0.0.254 nodetype=ping st=ping result=OK"}},
		{"nodestatus node=HBN2", []string{"st=dead result=OK"}},
		{"nodestatus node=zoe", []string{"result=badreq info=EINVAL"}},
		{"nodetype node=10.0.0.254", []string{"nodetype=ping result=OK"}},
		{"nodeweight node=hbn1", []string{"weight=100 result=OK"}},
		{"nodesite node=hbn1", []string{"site= result=OK"}},
		{"iflist node=hbn1", []string{"ifname=eth0 st=up result=ok/more", "ifname=eth1 st=dead result=OK"}},
		{"ifstatus node=hbn1 ifname=eth0", []string{"st=up result=OK"}},
		{"ifstatus node=hbn1 ifname=eth9", []string{"result=badreq info=EINVAL"}},
		{"getparm pname=deadtime", []string{"pvalue=3 result=OK"}},
		{"getparm pname=nope", []string{"reqtype=getparm result=OK"}},
		{"getrsc", []string{"rsc_hold=local result=OK"}},
		{"numnodes", []string{"numnodes=2 result=OK"}},
		{"setfilter fmask=3", []string{"reqtype=setfilter result=OK"}},
		{"setfilter fmask=zz", []string{"result=badreq"}},
		{"setsignal signal=0", []string{"reqtype=setsignal result=OK"}},
		{"setsignal signal=65", []string{"result=badreq"}},
		{"set_sendqlen sendqlen=10", nil},
		{"getuuid node=hbn1", []string{"result=badreq info=no query node name found"}},
		{"getuuid queryname=hbn1", []string{"reqtype=getuuid queryuuid=30313233343536373839616263646566 result=OK"}},
		{"getuuid queryname=zoe", []string{"reqtype=getuuid result=OK"}},
		{"getnodename", []string{"result=badreq info=no query node name found"}},
		{"getnodename (1)queryuuid=MDEyMzQ1Njc4OWFiY2RlZg==", []string{"reqtype=getnodename queryname=hbn1 result=OK"}},
		{"getnodename (1)queryuuid=MDEyMzQ1Njc4OWFiY2RlZw==", []string{"reqtype=getnodename result=OK"}},
		{"clientstatus node=hbn1 cn=ipfail", []string{"subt=respond-cstatus cs=offline result=OK"}},
		{"clientstatus node=zoe cn=ipfail", []string{"result=badreq"}},
		{"whatever", []string{"result=badreq"}},
	} {
		words := strings.Fields(step.asked)
		c.ask(words[0], words[1:]...)
		c.expect(step.asked, step.want...)
	}
}

// TestWhoMaySignOn: rules, the process and the rights that the kernel tells,
// and no name twice.
func TestWhoMaySignOn(t *testing.T) {
	w := serve(t)
	for _, c := range []struct {
		name   string
		fields []string
		want   string
	}{
		{casual(), []string{"pid=1"}, "info=pid mismatch result=badreq"},
		{casual(), []string{"uid=4711"}, "info=incorrect/false credentials"},
		{casual(), []string{"gid=4711"}, "info=incorrect/false credentials"},
		{"foo", me(), "info=no default client auth"},
		{"other", me(), "info=client failed authorization"},
	} {
		d := w.dial(c.name)
		if c.fields[0] == "pid=1" {
			d.send("t=hbapi-req", "reqtype=signon", "pid=1", "from_id=1")
		} else {
			d.ask("signon", c.fields...)
		}
		d.expect(c.name, c.want)
		if got := d.hear(); got != io.EOF.Error() {
			t.Errorf("%s: %q, want the end", c.name, got)
		}
	}
	first := w.dial("ipfail").signOn()
	second := w.dial("ipfail")
	second.ask("signon", me()...)
	second.expect("a second ipfail", "info=duplicate add request result=badreq")
	first.ask("signoff")
	if got := first.hear(); got != io.EOF.Error() {
		t.Errorf("after signoff: %q", got)
	}
	stranger := w.dial(casual())
	stranger.ask("numnodes")
	stranger.signOn() // the question of before has no answer
}

func (w *world) sends(want string) {
	w.t.Helper()
	select {
	case m := <-w.sent:
		if got := m.String(); got != want {
			w.t.Errorf("sent %q, want %q", got, want)
		}
	case <-time.After(5 * time.Second):
		w.t.Errorf("nothing was sent, want %q", want)
	}
}

// TestNamedClientsTalkToTheirNamesakes: they are announced, what they say has
// their name in it and no more than they may say, and what is said to them
// comes to them alone.
func TestNamedClientsTalkToTheirNamesakes(t *testing.T) {
	w := serve(t)
	c := w.dial("ipfail").signOn()
	w.sends("t=hbapi-clstat st=join from_id=ipfail to_id=ipfail client_gen=0 info=signon")
	c.send("t=num_ping_nodes", "src=mallory", "num_ping=1", "dest=hbn2", "seq=99", "hg=ff", "from_id=other", "auth=1 x")
	w.sends("t=num_ping_nodes src=hbn1 num_ping=1 dest=hbn2 from_id=ipfail to_id=ipfail client_gen=0")
	quiet := w.dial(casual()).signOn()
	w.server.Heard(wire.New("you_are_dead").Add(wire.Dest, "hbn1").Add("to_id", "ipfail"))
	w.server.Heard(wire.New("you_are_dead").Add("to_id", "other"))
	w.server.Heard(wire.New("resource").Add("rsc_hold", "none"))
	w.server.NodeChanged("10.0.0.254", "dead", "ping")
	w.server.LinkChanged("10.0.0.254", "10.0.0.254", false)
	c.expect("what is heard", "t=you_are_dead dest=hbn1 to_id=ipfail", "t=resource rsc_hold=none", "src=10.0.0.254 st=dead info=ping",
		"t=ifstat node=10.0.0.254 ifname=10.0.0.254 st=dead")
	quiet.ask("clientstatus", "node=hbn2", "cn=ipfail")
	w.sends("t=query-cstatus dest=hbn2 cn=ipfail from_id=" + casual())
	w.server.Heard(wire.New("respond-cstatus").Add("to_id", casual()).Add("cs", "online"))
	quiet.expect("another node's answer, and nothing before it", "t=respond-cstatus to_id="+casual()+" cs=online")
	w.server.Heard(wire.New("query-cstatus").Add(wire.Src, "hbn2").Add("cn", "ipfail").Add("from_id", "503"))
	w.sends("t=respond-cstatus dest=hbn2 result=OK cn=ipfail to_id=503 cs=online")
	c.ask("setfilter", "fmask=0")
	c.expect("setfilter to nothing", "result=badreq")
	c.ask("setfilter", "fmask=20")
	c.expect("setfilter", "result=OK")
	w.server.NodeChanged("hbn2", "active", "normal")
	c.ask("numnodes")
	c.expect("the filter keeps all away", "numnodes=2")
	c.ask("signoff")
	w.sends("t=hbapi-clstat st=leave from_id=ipfail to_id=ipfail client_gen=0 info=signoff")
}

// TestFilter: each bit lets through its class, to those alone who asked for it.
func TestFilter(t *testing.T) {
	w := serve(t)
	plain, curious := w.dial(casual()).signOn(), w.dial("ipfail").signOn()
	w.sends("t=hbapi-clstat st=join from_id=ipfail to_id=ipfail client_gen=0 info=signon")
	classes := map[string]uint64{"2": FilterUnchanged, "4": FilterDropped, "8": FilterDuplicate, "20": FilterProtocol}
	for mask := range classes {
		curious.ask("setfilter", "fmask="+mask)
		curious.expect("setfilter", "result=OK")
		for name, class := range classes {
			if want := name == mask; w.server.Curious(class) != want {
				t.Errorf("fmask %s: curious about %s: %v", mask, name, !want)
			}
			w.server.Overheard(class, wire.New("class").Add(wire.Info, name))
		}
		curious.expect("what was asked for", "t=class info="+mask)
	}
	curious.ask("setfilter", "fmask=10")
	curious.expect("setfilter", "result=OK")
	plain.ask("numnodes")
	plain.expect("nothing but the answer", "numnodes=2")
	curious.expect("what others ask", "t=hbapi-req reqtype=numnodes")
	curious.ask("signoff")
	w.sends("t=hbapi-clstat st=leave from_id=ipfail to_id=ipfail client_gen=0 info=signoff")
	if w.server.Curious(FilterRequests) {
		t.Error("who has left is curious")
	}
}

// TestCasualClientsOnlyAsk, and nobody speaks for the ring.
func TestCasualClientsOnlyAsk(t *testing.T) {
	w := serve(t)
	c := w.dial(casual()).signOn()
	c.send("t=ask_resources", "rsc_hold=all", "info=me")
	if got := c.hear(); got != io.EOF.Error() {
		t.Errorf("%q, want the end", got)
	}
	for _, kind := range []string{"status", "shutdone", "NS_rexmit", "hbapi-resp", "reqnodes", ""} {
		d := w.dial("ipfail").signOn()
		<-w.sent // it joins
		d.send("t="+kind, "st=dead")
		if got := d.hear(); got != io.EOF.Error() {
			t.Errorf("%s: %q, want the end", kind, got)
		}
		<-w.sent // it leaves
	}
	if len(w.sent) > 0 {
		t.Errorf("sent %v", <-w.sent)
	}
}

// TestOneThatDoesNotReadIsGivenUp: it holds up nobody.
func TestOneThatDoesNotReadIsGivenUp(t *testing.T) {
	w := serve(t)
	w.dial("ipfail").signOn()
	<-w.sent
	long := strings.Repeat("x", 10000)
	for range 4 * waitingFrames {
		w.server.Heard(wire.New("resource").Add(wire.Info, long))
	}
	w.sends("t=hbapi-clstat st=leave from_id=ipfail to_id=ipfail client_gen=0 info=signoff")
}

// TestBadFramesEndTheConversation, and only that one.
func TestBadFramesEndTheConversation(t *testing.T) {
	w := serve(t)
	good := w.dial(casual()).signOn()
	for _, frame := range []string{"\xff\xff\xff\xff\xcd\xab\x00\x00", "\x04\x00\x00\x00\x00\x00\x00\x00abcd", "\x05\x00\x00\x00\xcd\xab\x00\x00nope\x00"} {
		c := w.dial("x")
		if _, err := c.conn.Write([]byte(frame)); err != nil {
			t.Fatal(err)
		}
		if rest, _ := io.ReadAll(c.conn); len(rest) > 0 {
			t.Errorf("%q was answered with %q", frame, rest)
		}
	}
	good.ask("numnodes")
	good.expect("another", "numnodes=2")
}

// TestASignalIsSentWhenSomethingComes: a client can ask to be woken so.
func TestASignalIsSentWhenSomethingComes(t *testing.T) {
	w := serve(t)
	c := w.dial("ipfail").signOn()
	woken := make(chan os.Signal, 8)
	notify(t, woken, unix.SIGUSR1)
	c.ask("setsignal", fmt.Sprint("signal=", int(unix.SIGUSR1)))
	select {
	case <-woken: // with the answer
	case <-time.After(5 * time.Second):
		t.Error("no signal")
	}
}

// TestAForeignListenerIsLeftAlone, and a folder that is not there is no error.
func TestAForeignListenerIsLeftAlone(t *testing.T) {
	w := serve(t)
	if _, err := Listen(w.path, Config{}); err == nil || !strings.Contains(err.Error(), "listens on") {
		t.Errorf("error %v, want one of who listens", err)
	}
	if s, err := Listen(filepath.Join(t.TempDir(), "nosuch", "register"), Config{}); s != nil || err != nil {
		t.Errorf("%v, %v, want nothing", s, err)
	}
}

// TestClientStatus: of this node at once, of another when it answers.
func TestClientStatus(t *testing.T) {
	w := serve(t)
	if got, err := ClientStatus(w.path, "hbn1", "ipfail", time.Second); got != "offline" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := ClientStatus(w.path, "nope", "ipfail", time.Second); err == nil || err.Error() != "EINVAL" {
		t.Error(err)
	}
	if _, err := ClientStatus(w.path, "hbn2", "ipfail", 20*time.Millisecond); err != ErrSlow {
		t.Error(err)
	}
	<-w.sent
	go func() {
		asked := <-w.sent
		w.server.Heard(wire.New("respond-cstatus").Add("to_id", asked.Get("from_id")).Add("cn", "ipfail").Add("cs", "online"))
	}()
	if got, err := ClientStatus(w.path, "hbn2", "ipfail", 5*time.Second); got != "online" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}
