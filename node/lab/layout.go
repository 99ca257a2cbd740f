package lab

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"crm/node/control"
)

// planFile describes the lab to whoever attaches to it.
const planFile = "lab.json"

// memberNames are given in this order, then node10, node11, ...
var memberNames = []string{"alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan"}

// loopPort is the ring's port on loopback, where low ones are for root.
const loopPort = 6940

// mostMembers is what the lab's network has addresses for.
const mostMembers = 64

// agentNames are the names under which agents inside the lab call the binary.
var agentNames = []string{"crm", "crm_simulate", "crm_attribute", "crm_master", "crm_node", "crm_resource", "crm_mon", "cibadmin", "attrd_updater",
	"stonith_admin", "crm_standby", "crm_failcount"}

// lay makes the lab's folder.
func lay(o Options) (*Lab, error) {
	names := o.Names
	size := o.Size
	if size == 0 {
		if size = len(names); size == 0 {
			size = 3
		}
	}
	if size < 1 || size > mostMembers {
		return nil, fmt.Errorf("a lab of %d members: expected 1 to %d", size, mostMembers)
	}
	for i := len(names); i < size; i++ {
		if i < len(memberNames) {
			names = append(names, memberNames[i])
		} else {
			names = append(names, fmt.Sprintf("node%d", i+1))
		}
	}
	l := &Lab{Dir: o.Dir, keep: o.Dir != ""}
	var err error
	if l.Dir == "" {
		l.Dir, err = os.MkdirTemp("", "crm-lab-")
	} else if l.Dir, err = filepath.Abs(l.Dir); err == nil {
		err = os.MkdirAll(l.Dir, 0o700)
	}
	if err != nil {
		return nil, err
	}
	for _, name := range names[:size] {
		l.Members = append(l.Members, Member{Name: name, Dir: filepath.Join(l.Dir, name), Socket: filepath.Join(l.Dir, name, "crm.sock")})
	}
	const mostPath = 107 // of a socket's name, unix(7)
	for _, m := range l.Members {
		if len(m.initSocket()) > mostPath {
			return nil, fmt.Errorf("the path %s is too long for a socket: expected at most %d bytes", m.initSocket(), mostPath)
		}
	}
	return l, nil
}

// furnish writes everything that depends on the kind of lab.
func (l *Lab) furnish(o Options, namespaced bool) error {
	l.Namespaced = namespaced
	key := rand.Text()
	shared := filepath.Join(l.Dir, "shared")
	errs := []error{os.MkdirAll(filepath.Join(shared, "www"), 0o755), l.link(o.Binary)}
	l.Net = labNet
	if !namespaced {
		l.Net = freeLoopback()
	}
	for i := range l.Members {
		m := &l.Members[i]
		m.Namespaced, m.OwnMounts = namespaced, !namespaced && mayMount()
		m.Addr = fmt.Sprintf("%s%d", l.Net, i+1)
	}
	for i := range l.Members {
		m := &l.Members[i]
		m.Env = l.env(*m)
		m.Command = daemonCommand(o.Binary, *m)
		if o.Command != nil {
			m.Command = o.Command(*m)
		}
		errs = append(errs, os.MkdirAll(m.Config(), 0o700), symlink(shared, filepath.Join(m.Dir, "shared")),
			os.WriteFile(filepath.Join(m.Config(), "ha.cf"), []byte(l.haCF(*m, o)), 0o600),
			os.WriteFile(filepath.Join(m.Config(), "authkeys"), []byte("auth 1\n1 sha1 "+key+"\n"), 0o600))
	}
	page := filepath.Join(shared, "www", "index.html")
	if _, err := os.Stat(page); err != nil {
		errs = append(errs, os.WriteFile(page, []byte("<!doctype html>\n<title>lab</title>\n<p>This page is served by a cluster.\n"), 0o644))
	}
	text, err := json.MarshalIndent(l, "", "  ")
	return errors.Join(append(errs, err, os.WriteFile(filepath.Join(l.Dir, planFile), text, 0o600))...)
}

// freeLoopback is a network of loopback addresses that no other lab on this
// machine has taken, by chance and by trying.
func freeLoopback() string {
	var b [2]byte
	for range 20 {
		_, _ = rand.Read(b[:]) // it cannot fail
		network := fmt.Sprintf("127.%d.%d.", 64+b[0]%128, b[1])
		c, err := net.ListenPacket("udp", fmt.Sprintf("%s1:%d", network, loopPort))
		if err == nil {
			c.Close()
			return network
		}
	}
	return "127.77.0."
}

// mayMount tells whether this process has CAP_SYS_ADMIN.
func mayMount() bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return false
	}
	return data[0].Effective&(1<<unix.CAP_SYS_ADMIN) != 0
}

// daemonCommand starts a member's daemon. Members on loopback share all ports
// of this machine, so each binds only its own address.
func daemonCommand(binary string, m Member) []string {
	argv := []string{binary, "daemon", "--config", m.Config(), "--state", filepath.Join(m.Dir, "state"), "--socket", m.Socket, "--node", m.Name}
	if !m.Namespaced {
		argv = append(argv, "--bind", m.Addr)
	}
	return argv
}

// link makes the folders of names under which the lab calls the binary.
func (l *Lab) link(binary string) error {
	bin, sbin := filepath.Join(l.Dir, "bin"), filepath.Join(l.Dir, "sbin")
	errs := []error{os.MkdirAll(bin, 0o755), os.MkdirAll(sbin, 0o755), symlink(binary, filepath.Join(sbin, FenceAgent))}
	for _, name := range agentNames {
		errs = append(errs, symlink(binary, filepath.Join(bin, name)))
	}
	return errors.Join(errs...)
}

func symlink(to, path string) error {
	if old, err := os.Readlink(path); err == nil && old == to {
		return nil
	}
	_ = os.Remove(path)
	return os.Symlink(to, path)
}

// clientEnv is the environment of commands in the client's place.
func (l *Lab) clientEnv() []string {
	return []string{"PATH=" + l.path(), DirVar + "=" + l.Dir, control.SocketVar + "=" + l.Sockets()}
}

// path finds the lab's names of the binary first.
func (l *Lab) path() string {
	return filepath.Join(l.Dir, "bin") + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
}

// Sockets are those of all members, for a client that any of them may serve.
func (l *Lab) Sockets() string {
	var sockets []string
	for _, m := range l.Members {
		sockets = append(sockets, m.Socket)
	}
	return strings.Join(sockets, ":")
}

// FenceDirs are the folders of fence agents inside the lab, as a list.
func (l *Lab) FenceDirs() string { return filepath.Join(l.Dir, "sbin") + ":/usr/sbin" }

// env is the environment of all processes of a member.
func (l *Lab) env(m Member) []string {
	env := []string{
		"PATH=" + l.path(),
		"HOME=" + m.Dir, "LC_ALL=C", "TERM=" + os.Getenv("TERM"),
		DirVar + "=" + l.Dir, markVar + "=" + m.Dir, control.SocketVar + "=" + m.Socket, control.NodeVar + "=" + m.Name, "CRM_AGENT_DIR=" + m.Dir,
		"CRM_FENCE_DIRS=" + l.FenceDirs(), "HA_RSCTMP=" + filepath.Join(m.Dir, "run"),
	}
	for _, name := range []string{"OCF_ROOT", "TZ", "GODEBUG", "GOCOVERDIR"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// haCF is a member's ha.cf.
func (l *Lab) haCF(m Member, o Options) string {
	keep, dead := o.KeepAlive, o.DeadTime
	if keep == 0 {
		keep = 200 * time.Millisecond
	}
	if dead == 0 {
		dead = 2 * time.Second // several labs may share a slow machine
	}
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	p("# written by crm lab for %s", m.Name)
	p("logfile %s", filepath.Join(m.Dir, "ha-log"))
	p("keepalive %dms", keep.Milliseconds())
	p("warntime %dms", (dead / 2).Milliseconds())
	p("deadtime %dms", dead.Milliseconds())
	p("initdead %dms", max(2*dead, 10*time.Second).Milliseconds())
	p("auto_failback on")
	p("crm on")
	p("realtime off") // a lab has no right to it, and must not stand in the way of its machine
	if l.Namespaced {
		p("udpport 694")
		p("bcast %s", memberNic)
	} else {
		l.loopbackMedia(p, m)
	}
	for _, other := range l.Members {
		p("node %s", other.Name)
	}
	return b.String()
}

// loopbackMedia: without namespaces all members share one machine, and each
// has an address of its own on its loopback interface.
func (l *Lab) loopbackMedia(p func(string, ...any), m Member) {
	p("udpport %d", loopPort)
	for _, other := range l.Members {
		if other.Name != m.Name {
			p("ucast lo %s", other.Addr)
		}
	}
}
