package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"crm/node/agent"
	"crm/node/control"
	"crm/node/daemon"
	"crm/node/haconf"
	"crm/node/stonith"
)

// notConfigured is what an init script says of a service that is not
// configured (LSB), and heartbeat of files that are wrong.
const notConfigured = 6

// runRing is `crm ring check [DIR]`: it reads the files of a ring as the
// daemon would and says all that is wrong or suspicious. Nothing is started.
func runRing(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("crm ring check", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintf(stderr, "Usage: crm ring check [--node NAME] [DIR]\nreads ha.cf, authkeys and haresources in DIR (%s) and says all that is wrong\n",
			daemon.DefaultConfigDir)
		flags.PrintDefaults()
	}
	name := flags.String("node", os.Getenv(control.NodeVar), "node `name` (default: nodeinfo beside ha.cf, else the host's)")
	if len(args) == 0 || args[0] != "check" {
		flags.Usage()
		return 2
	}
	if err := flags.Parse(args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if flags.NArg() > 1 {
		fmt.Fprintf(stderr, "crm ring check: unexpected word %q\n", flags.Arg(1))
		flags.Usage()
		return 2
	}
	c := &ringCheck{dir: cmp.Or(flags.Arg(0), daemon.DefaultConfigDir), name: *name}
	c.run()
	return c.report(stdout)
}

// ringCheck gathers what is found in one folder.
type ringCheck struct {
	dir, name        string
	errors, warnings []string
}

func (c *ringCheck) run() {
	config := c.config()
	c.keys()
	if config == nil {
		return
	}
	c.self(config)
	c.media(config)
	c.pings(config)
	c.fences(config)
	c.resources(config)
}

// report writes the findings and says what they come to.
func (c *ringCheck) report(w io.Writer) int {
	for _, text := range c.errors {
		fmt.Fprintln(w, "error:", text)
	}
	for _, text := range c.warnings {
		fmt.Fprintln(w, "warning:", text)
	}
	if len(c.errors) > 0 {
		fmt.Fprintf(w, "%s: %d errors, %d warnings: not usable like this\n", c.dir, len(c.errors), len(c.warnings))
		return notConfigured
	}
	fmt.Fprintf(w, "%s: no errors, %d warnings\n", c.dir, len(c.warnings))
	return 0
}

func (c *ringCheck) path(file string) string { return filepath.Join(c.dir, file) }

func (c *ringCheck) fail(format string, args ...any) {
	c.errors = append(c.errors, fmt.Sprintf(format, args...))
}

func (c *ringCheck) warn(format string, args ...any) {
	c.warnings = append(c.warnings, fmt.Sprintf(format, args...))
}

// found takes what a reader of node/haconf said, one problem a line.
func (c *ringCheck) found(warnings []haconf.Problem, err error) {
	for _, w := range warnings {
		c.warn("%v", w)
	}
	var all haconf.Problems
	switch {
	case errors.As(err, &all):
		for _, p := range all {
			c.fail("%v", p)
		}
	case err != nil:
		c.fail("%v", err)
	}
}

// config reads ha.cf; it is nil when that is wrong.
func (c *ringCheck) config() *haconf.Config {
	path := c.path("ha.cf")
	text, err := os.ReadFile(path)
	if err != nil {
		c.unreadable(path, err, "node lines, a medium (bcast, mcast or ucast) and deadtime")
		return nil
	}
	config, warnings, err := haconf.ParseConfig(path, text)
	c.found(warnings, err)
	if config != nil {
		for _, p := range daemon.CheckUsers(path, config) {
			c.fail("%v", p)
		}
	}
	return config
}

func (c *ringCheck) keys() {
	path := c.path("authkeys")
	text, err := os.ReadFile(path)
	if err != nil {
		c.unreadable(path, err, `"auth 1" and "1 sha1 SECRET", mode 600`)
		return
	}
	info, err := os.Stat(path)
	if err != nil {
		c.fail("%v", err)
		return
	}
	keys, warnings, err := haconf.ParseAuthkeys(path, text, info.Mode().Perm())
	c.found(warnings, err)
	if err != nil {
		return
	}
	switch key := keys.Signing(); {
	case key.Method == "crc":
		c.warn("%s: crc is a checksum, anybody on the network can forge it: expected sha1 or sha256 and a key", path)
	case len(key.Secret) < shortKey:
		c.warn("%s: key %d is short: expected %d letters or more, made by chance", path, key.Number, shortKey)
	}
}

// shortKey is the length below which a key is taken for a guessable one.
const shortKey = 12

func (c *ringCheck) unreadable(path string, err error, want string) {
	if errors.Is(err, fs.ErrNotExist) {
		c.fail("%s is missing: it needs %s", path, want)
		return
	}
	c.fail("%v", err)
}

// self looks whether this node is one of the ring.
func (c *ringCheck) self(config *haconf.Config) {
	if text, err := os.ReadFile(c.path("nodeinfo")); err == nil {
		line, _, _ := strings.Cut(string(text), "\n")
		c.name = cmp.Or(c.name, strings.TrimSpace(line))
	}
	if c.name == "" {
		host, err := os.Hostname()
		if err != nil {
			c.fail("find this node's name: %v", err)
			return
		}
		c.name = host
	}
	if !config.HasNode(c.name) {
		c.fail("%s has no line \"node %s\", but that is this node's name (nodes: %s)", c.path("ha.cf"), strings.ToLower(c.name),
			strings.Join(config.Nodes, " "))
	}
	if len(config.Nodes) == 1 {
		c.warn("%s names one node: a ring of one has nobody to take over", c.path("ha.cf"))
	}
}

// media looks for the interfaces and devices of this machine and for peers.
func (c *ringCheck) media(config *haconf.Config) {
	for i, m := range config.Media {
		if slices.Contains(config.Media[:i], m) {
			c.warn("%s: %s is there twice: every packet would be sent twice", c.path("ha.cf"), m)
		}
		if err := usable(m); err != nil {
			c.fail("%s: %s: %v", c.path("ha.cf"), m, err)
		}
	}
	if config.CRM && !slices.ContainsFunc(config.Media, func(m haconf.Medium) bool { return m.Kind != haconf.Serial }) {
		c.fail("%s: serial lines alone: with \"crm on\" the configuration goes over TCP, so the members need a bcast, mcast or ucast line too",
			c.path("ha.cf"))
	}
	if len(config.Links()) == 1 && len(config.Nodes) > 1 {
		c.warn("%s: all packets go over %s: one cable, card or switch that fails parts the ring; give it a second medium",
			c.path("ha.cf"), config.Links()[0])
	}
	if config.DeadTime < 4*config.KeepAlive {
		c.warn("%s: deadtime %v is less than four times keepalive %v: few lost packets make a node dead", c.path("ha.cf"),
			config.DeadTime, config.KeepAlive)
	}
}

// usable tells what keeps a medium from being opened on this machine.
func usable(m haconf.Medium) error {
	if m.Kind == haconf.Serial {
		info, err := os.Stat(m.Interface)
		if err == nil && info.Mode()&fs.ModeCharDevice == 0 {
			err = errors.New("expected a character device")
		}
		return err
	}
	iface, err := net.InterfaceByName(m.Interface)
	if err != nil {
		return fmt.Errorf("this machine has no interface %s", m.Interface)
	}
	if m.Kind == haconf.Unicast {
		return known(m.Peer, m.IPv6)
	}
	addrs, err := iface.Addrs()
	if err == nil && !m.IPv6 && !slices.ContainsFunc(addrs, func(a net.Addr) bool {
		n, ok := a.(*net.IPNet)
		return ok && n.IP.To4() != nil
	}) {
		err = fmt.Errorf("interface %s has no IPv4 address", m.Interface)
	}
	return err
}

// known tells whether a host's address can be found.
func known(host string, v6 bool) error {
	network := "ip4"
	if v6 {
		network = "ip6"
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookupTime)
	defer cancel()
	if _, err := net.DefaultResolver.LookupNetIP(ctx, network, host); err != nil {
		return fmt.Errorf("the address of %s is not known: %w", host, err)
	}
	return nil
}

// lookupTime is how long a name server may take for one name.
const lookupTime = 5 * time.Second

// pings looks for the addresses of ping nodes.
func (c *ringCheck) pings(config *haconf.Config) {
	for _, p := range config.Pings {
		for _, host := range p.Hosts {
			if err := known(host, p.IPv6); err != nil {
				c.fail("%s:%d: ping node %s: %v", c.path("ha.cf"), p.Line, p.Name, err)
			}
		}
	}
}

// glue are the types of cluster-glue's own plugins: shared objects, which only
// its library can load.
var glue = []string{"apcmaster", "apcmastersnmp", "apcsmart", "baytech", "bladehpi", "cyclades", "drac3", "ibmhmc", "ipmilan", "meatware",
	"null", "nw_rpc100s", "rcd_serial", "rhcs", "ribcl", "rps10", "ssh", "suicide", "wti_mpc", "wti_nps"}

// fences looks for the fence agents of the lines that are this node's affair.
func (c *ringCheck) fences(config *haconf.Config) {
	types := stonith.New(agent.Configured(os.Environ())).Types("")
	for _, f := range config.Fences {
		switch {
		case f.From != "*" && !strings.EqualFold(f.From, c.name), slices.Contains(types, f.Type):
		case slices.Contains(types, "fence_"+f.Type):
			c.warn("%s:%d: stonith type %s: the fence agent of that name is fence_%s", c.path("ha.cf"), f.Line, f.Type, f.Type)
		case slices.Contains(glue, f.Type):
			c.warn("%s:%d: stonith type %s is a plugin that only cluster-glue can load: use a fence agent (crm ra list stonith)",
				c.path("ha.cf"), f.Line, f.Type)
		default:
			c.fail("%s:%d: there is no fence agent or plugin %q here: see crm ra list stonith", c.path("ha.cf"), f.Line, f.Type)
		}
	}
}

// resources reads haresources, which has a say only without "crm on".
func (c *ringCheck) resources(config *haconf.Config) {
	path := c.path("haresources")
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && config.CRM:
		return
	case errors.Is(err, fs.ErrNotExist):
		c.fail(`%s is missing and ha.cf has no "crm on": write one of them`, path)
		return
	case err != nil:
		c.fail("%v", err)
		return
	case config.CRM:
		c.warn(`%s has no say beside "crm on": "crm configure load haresources FILE" takes it into the configuration`, path)
		return
	}
	groups, warnings, err := haconf.ParseHaresources(path, text, config.Nodes)
	c.found(warnings, err)
	if err == nil && len(config.Nodes) > 2 {
		c.warn("%s: heartbeat knows two nodes with haresources, ha.cf names %d: all must be of ours", path, len(config.Nodes))
	}
	for _, g := range groups {
		for _, r := range g.Resources {
			if r.Script != "OCF" && !c.script(r.Script) {
				c.warn("%s:%d: %s: there is no executable script %s in %s or /etc/init.d", path, g.Line, r.Text, r.Script, c.path("resource.d"))
			}
		}
	}
}

// script tells whether a resource's script is where heartbeat looks for it.
func (c *ringCheck) script(name string) bool {
	if slices.Contains([]string{"IPaddr", "IPaddr2", "IPv6addr"}, name) {
		return true // built in as well
	}
	for _, dir := range []string{c.path("resource.d"), "/etc/init.d"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0 {
			return true
		}
	}
	return false
}
