package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	realDaemon = "/usr/libexec/heartbeat/heartbeat"
	vip        = "10.79.0.100"
)

// lab is two nodes, a client and the switch between them.
type lab struct {
	dir, crm string
	script   bool // ours run the script IPaddr2
	real     bool // heartbeat is installed

	nodes  [2]*host
	client *client
}

// host is a node, in namespaces of its own.
type host struct {
	lab   *lab
	name  string
	n     int
	ours  bool
	up    bool      // its daemon was started
	first *exec.Cmd // ends the node with it
	pid   int       // of its first process
}

// pair is what the two nodes run, the preferred one first: ours or theirs.
type pair [2]string

// String is the pair as options name it.
func (p pair) String() string { return p[0] + "+" + p[1] }

// pairs are those to be tried.
func (l *lab) pairs(only []string, withReal bool) []pair {
	all := []pair{{"ours", "ours"}}
	if l.real {
		all = append(all, pair{"ours", "theirs"}, pair{"theirs", "ours"})
		if withReal {
			all = append(all, pair{"theirs", "theirs"})
		}
	}
	if len(only) == 0 {
		return all
	}
	var some []pair
	for _, o := range only {
		a, b, _ := strings.Cut(o, "+")
		some = append(some, pair{a, b})
	}
	return some
}

// config is what is written into the files of both nodes.
type config struct {
	keepalive, deadtime time.Duration
	failback            string
	crm                 bool // the CIB decides, not haresources
}

// up makes the nodes and the client; nothing of the cluster is started.
func (l *lab) up(p pair, c config) error {
	l.down()
	if _, err := sh("ip netns add sw && ip -n sw link add br0 type bridge stp_state 0 forward_delay 0 && ip -n sw link set br0 up && ip netns add cl"); err != nil {
		return err
	}
	if err := cable("cl", 200); err != nil {
		return err
	}
	for i, name := range []string{"hba", "hbb"} {
		h := &host{lab: l, name: name, n: i + 1, ours: p[i] == "ours"}
		l.nodes[i] = h
		if _, err := sh("ip netns add %s", name); err != nil {
			return err
		}
		if err := cable(name, h.n); err != nil {
			return err
		}
		if err := h.configure(c); err != nil {
			return err
		}
		if err := h.boot(); err != nil {
			return err
		}
	}
	var err error
	l.client, err = l.startClient()
	return err
}

// cable connects a namespace with the switch.
func cable(name string, n int) error {
	_, err := sh("ip link add v%[2]d type veth peer name w%[2]d && ip link set v%[2]d netns %[1]s name eth0 && ip link set w%[2]d netns sw name p%[2]d && "+
		"ip -n sw link set p%[2]d master br0 up && ip -n %[1]s addr add 10.79.0.%[2]d/24 brd 10.79.0.255 dev eth0 && "+
		"ip -n %[1]s link set eth0 up && ip -n %[1]s link set lo up", name, n)
	return err
}

// down ends everything.
func (l *lab) down() {
	if l.client != nil {
		l.client.stop()
		l.client = nil
	}
	for _, h := range l.nodes {
		if h != nil && h.first != nil {
			_ = h.first.Process.Kill()
			_ = h.first.Wait()
		}
	}
	l.nodes = [2]*host{}
	for _, name := range []string{"sw", "cl", "hba", "hbb"} {
		_, _ = sh("ip netns del %s 2>/dev/null", name) // not there at first
	}
	_ = os.RemoveAll(filepath.Join(l.dir, "hba"))
	_ = os.RemoveAll(filepath.Join(l.dir, "hbb"))
}

func (h *host) path(parts ...string) string {
	return filepath.Join(append([]string{h.lab.dir, h.name}, parts...)...)
}

// service is a resource beside the address.
const service = `#!/bin/sh
case $2 in
start) touch /run/svc.$1;;
stop) rm -f /run/svc.$1;;
status) if [ -e /run/svc.$1 ]; then echo running; else echo stopped; fi;;
esac
`

// configure writes the files of heartbeat.
func (h *host) configure(c config) error {
	if _, err := sh("mkdir -p %[1]s/ha.d %[1]s/heartbeat %[1]s/crm %[1]s/log && { cp -a /etc/ha.d/. %[1]s/ha.d/; cp -a /var/lib/heartbeat/. %[1]s/heartbeat/; mkdir -p %[1]s/ha.d/resource.d; } 2>/dev/null; true",
		h.path()); err != nil {
		return err
	}
	cf := fmt.Sprintf("logfile /var/log/ha-log\nkeepalive %dms\ndeadtime %dms\nwarntime %dms\ninitdead %dms\nudpport 694\nbcast eth0\nauto_failback %s\nnode hba hbb\n",
		c.keepalive.Milliseconds(), c.deadtime.Milliseconds(), c.deadtime.Milliseconds()/2, max(2*c.deadtime, 3*time.Second).Milliseconds(), c.failback)
	if c.crm {
		cf += "crm on\n"
	}
	for name, text := range map[string]string{"ha.cf": cf, "authkeys": "auth 1\n1 sha1 labsecret\n", "resource.d/svc": service,
		"haresources": "hba IPaddr2::" + vip + "/24/eth0 svc::one\n"} { // order: files
		if err := os.WriteFile(h.path("ha.d", name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	if h.lab.script {
		if _, err := sh("echo '# ours' >> %s", h.path("ha.d/resource.d/IPaddr2")); err != nil {
			return err
		}
	}
	return os.Chmod(h.path("ha.d/resource.d/svc"), 0o700)
}

// boot starts the node's first process.
func (h *host) boot() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	d := h.path()
	if _, err := sh("rm -rf %[1]s/run %[1]s/ready; for s in lock/subsys heartbeat/crm heartbeat/ccm heartbeat/dopd crm resource-agents; do mkdir -p %[1]s/run/$s; done; chown -R hacluster:haclient %[1]s/run/heartbeat 2>/dev/null; true", d); err != nil {
		return err
	}
	init := fmt.Sprintf(`mount --make-rprivate /
mkdir -p /etc/ha.d /var/lib/heartbeat /var/lib/crm
mount --bind %[1]s/ha.d /etc/ha.d; mount --bind %[1]s/heartbeat /var/lib/heartbeat; mount --bind %[1]s/crm /var/lib/crm
mount --bind %[1]s/log /var/log; mount --bind %[1]s/run /run
hostname %[2]s; mount -t proc proc /proc; mount -t tmpfs tmpfs /dev/shm
chrt -r 1 %[3]s echo %[2]s &
trap '' HUP INT TERM
: > %[1]s/ready
while :; do sleep 1000 & wait $!; done`, d, h.name, self)
	h.first = exec.Command("ip", "netns", "exec", h.name, "unshare", "-m", "-u", "-i", "-p", "-f", "--kill-child=KILL", "/bin/sh", "-c", init)
	if err := h.first.Start(); err != nil {
		return err
	}
	return within(10*time.Second, h.name+" boots", func() bool {
		if _, err := os.Stat(h.path("ready")); err != nil {
			return false
		}
		text, err := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", h.first.Process.Pid))
		if err != nil || len(strings.Fields(string(text))) == 0 {
			return false
		}
		h.pid, err = strconv.Atoi(strings.Fields(string(text))[0])
		return err == nil
	})
}

// within waits for something.
func within(d time.Duration, what string, holds func() bool) error {
	for end := time.Now().Add(d); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("%s: not within %v", what, d)
		}
	}
	return nil
}

// exec runs a command on the node.
func (h *host) exec(args ...string) (string, error) {
	argv := append([]string{"-t", strconv.Itoa(h.pid), "-m", "-u", "-n", "-i", "-p", "-r", "-w", "--", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, args...)
	out, err := exec.Command("nsenter", argv...).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s: %s: %w: %s", h.name, strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out)), err
}

func (h *host) start() error {
	h.up = true
	if h.ours {
		_, err := h.exec(h.lab.crm, "heartbeat", "start")
		return err
	}
	_, err := h.exec(realDaemon)
	return err
}

func (h *host) stop() error {
	h.up = false
	if h.ours {
		_, err := h.exec(h.lab.crm, "heartbeat", "stop")
		return err
	}
	_, err := h.exec(realDaemon, "-k")
	return err
}

// forgetGeneration makes a node of ours heartbeat's again, once it has stopped:
// heartbeat's file has a lower generation than ours used, which the other would
// take for a replay.
func (h *host) forgetGeneration() error {
	h.ours = false
	_, err := sh("rm -f %s", h.path("heartbeat/hb_generation"))
	return err
}

// reload has ours read a changed ha.cf.
func (h *host) reload(line string) error {
	if _, err := sh("echo '%s' >> %s", line, h.path("ha.d/ha.cf")); err != nil {
		return err
	}
	_, err := h.exec(h.lab.crm, "heartbeat", "reload")
	return err
}

func (h *host) standby() error {
	if h.ours {
		_, err := h.exec(h.lab.crm, "hb_standby", "all")
		return err
	}
	_, err := h.exec("/usr/share/heartbeat/hb_standby", "all")
	return err
}

func (h *host) takeover() error {
	if h.ours {
		_, err := h.exec(h.lab.crm, "hb_takeover", "all")
		return err
	}
	_, err := h.exec("/usr/share/heartbeat/hb_takeover", "all")
	return err
}

// holds is what cl_status says.
func (h *host) holds() string {
	args := []string{"cl_status", "rscstatus"}
	if h.ours {
		args = append([]string{h.lab.crm}, args...)
	}
	out, _ := h.exec(args...)
	return out
}

// runs tells whether the address and the service are up here.
func (h *host) runs() (address, svc bool) {
	out, err := sh("ip -n %s -4 -o addr show", h.name)
	_, missing := os.Stat(h.path("run/svc.one"))
	return err == nil && strings.Contains(out, " "+vip+"/"), missing == nil
}

// cut and heal pull the node's cable at the switch, and put it back.
func (h *host) cut() error  { _, err := sh("ip -n sw link set p%d down", h.n); return err }
func (h *host) heal() error { _, err := sh("ip -n sw link set p%d up", h.n); return err }

// crash is a power failure.
func (h *host) crash() error {
	if err := h.cut(); err != nil {
		return err
	}
	h.up = false
	err := h.first.Process.Kill()
	_ = h.first.Wait()
	return err
}

// reboot brings a crashed node back, without its daemon.
func (h *host) reboot() error {
	if _, err := sh("ip -n %[1]s addr flush dev eth0; ip -n %[1]s addr add 10.79.0.%[2]d/24 brd 10.79.0.255 dev eth0", h.name, h.n); err != nil {
		return err
	}
	if err := h.boot(); err != nil {
		return err
	}
	return h.heal()
}

// logs are the last lines of both nodes.
func (l *lab) logs() string {
	text := fmt.Sprintf("the client hears %q\n", l.client.only(200*time.Millisecond))
	for _, h := range l.nodes {
		address, svc := h.runs()
		text += fmt.Sprintf("%s holds %q, has the address: %v, runs the service: %v\n", h.name, h.holds(), address, svc)
	}
	out, _ := sh("tail -n 25 %[1]s/hb?/log/ha-log", l.dir)
	return text + out
}
