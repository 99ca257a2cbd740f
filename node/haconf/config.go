package haconf

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

// MediumKind is a way of reaching the other members.
type MediumKind string

// The media that messages can be sent on.
const (
	Broadcast MediumKind = "bcast"
	Unicast   MediumKind = "ucast"
	Multicast MediumKind = "mcast"
	Serial    MediumKind = "serial"
)

// Medium is one line (or one word of a bcast line) that names a medium.
type Medium struct {
	Kind      MediumKind
	Interface string // serial: the device
	Peer      string // ucast: address or host name; mcast: the group
	Port      int
	Baud      int  // serial
	TTL       int  // mcast
	Loop      bool // mcast: the own packets come back
	IPv6      bool
}

// String is the medium as heartbeat names its link: by the interface.
func (m Medium) String() string {
	if m.Peer == "" {
		return string(m.Kind) + " " + m.Interface
	}
	return string(m.Kind) + " " + m.Interface + " " + m.Peer
}

// Failback tells what a returning member gets back (auto_failback).
type Failback string

// The values of auto_failback.
const (
	FailbackOn     Failback = "on"
	FailbackOff    Failback = "off"
	FailbackLegacy Failback = "legacy" // the default of heartbeat, with a warning
)

// Directive is a line that is kept as written.
type Directive struct {
	Line int
	Name string
	Rest string
}

// Config is what ha.cf says, defaults filled in.
type Config struct {
	Nodes        []string // lower case, as written otherwise
	Media        []Medium
	Pings        []Ping
	Port         int
	Baud         int
	KeepAlive    time.Duration
	DeadTime     time.Duration
	WarnTime     time.Duration
	InitDead     time.Duration
	DeadPing     time.Duration
	RexmitDelay  time.Duration
	HopFudge     int
	Failback     Failback
	LogFile      string
	DebugFile    string
	LogFacility  string // "" or "none": no syslog
	Debug        int
	LogBad       bool          // log_badpack: tell of packets that were not believed
	PlainForm    bool          // msgfmt netstring: no inner auth field
	Cluster      string        // cluster NAME
	AutoJoin     string        // none, other, any
	CRM          bool          // crm on: resources come from the CIB, not from haresources
	Bind         netip.Addr    // bind, an addition of ours: the own address, for several members on one machine
	ReplayWindow time.Duration // replay_window, ours: how far the clock of a member that appears may differ
	Watchdog     string        // a device
	Compression  string        // zlib or bz2; empty: messages are not compressed
	Threshold    int           // bytes above which messages are compressed
	Traditional  bool          // traditional_compression: whole messages
	Realtime     bool          // beat with real-time priority, in locked memory
	RTPriority   int           // SCHED_RR's priority, 1 to 99
	CoreDumps    bool
	UUIDFrom     string // file or nodename
	Generations  string // hbgenmethod: file or time
	Env          []string
	Respawn      []Child // programs to keep running beside the daemon
	APIAuth      []Auth
	Fences       []Fence
	Kept         []Directive
	given        map[string]bool
	written      map[string]string // the last value of each option, as written
	seen         map[string]bool   // directives that may come once
}

// The defaults of heartbeat 3 (ha.cf(5)).
const (
	DefaultPort      = 694
	defaultKeepAlive = time.Second
	defaultDeadTime  = 30 * time.Second
	defaultRexmit    = 250 * time.Millisecond
	defaultBaud      = 19200
	defaultThreshold = 2 << 10
	ourReplayWindow  = 10 * time.Minute
	mostNodes        = 100
	mostMedia        = 64
	longestName      = 99
	longestLine      = 5119
)

// Given tells whether the file had a directive, so that callers can tell a
// default from a choice.
func (c *Config) Given(directive string) bool { return c.given[directive] }

// HasNode tells whether a name, in any case, is one of the nodes.
func (c *Config) HasNode(name string) bool {
	return slices.Contains(c.Nodes, strings.ToLower(name))
}

// ParseConfig reads ha.cf. It returns nil with an error, which is a Problems;
// warnings come in both cases.
func ParseConfig(file string, text []byte) (*Config, []Problem, error) {
	r := &report{file: file}
	c := &Config{Port: DefaultPort, KeepAlive: defaultKeepAlive, DeadTime: defaultDeadTime, RexmitDelay: defaultRexmit,
		HopFudge: 1, Failback: FailbackLegacy, Cluster: "linux-ha", AutoJoin: "none", Baud: defaultBaud, Threshold: defaultThreshold,
		Realtime: true, RTPriority: 1, CoreDumps: true, LogBad: true, UUIDFrom: "file", Generations: "file", ReplayWindow: ourReplayWindow,
		given: map[string]bool{}, written: map[string]string{}, seen: map[string]bool{}}
	for line := range strings.SplitSeq(string(text), "\n") {
		r.line++
		if len(line) > longestLine {
			r.fail("a line of %d bytes: expected at most %d", len(line), longestLine)
			continue
		}
		line, _, _ = strings.Cut(line, "#")
		if line = strings.Trim(line, " \t\r\f\v"); line != "" {
			c.directive(r, line)
		}
	}
	r.line = 0
	c.complete(r)
	if err := r.err(); err != nil {
		return nil, r.warnings, err
	}
	return c, r.warnings, nil
}

// separators stand between the values of an option directive.
func separators(c rune) bool { return c == ' ' || c == '\t' || c == ',' }

func (c *Config) directive(r *report, line string) {
	name, rest := line, ""
	if i := strings.IndexAny(line, " \t"); i >= 0 {
		name, rest = line[:i], strings.TrimLeft(line[i:], " \t,")
	}
	if whole, ok := wholeLines[name]; ok {
		c.given[name] = true
		whole(c, r, rest)
		return
	}
	option, ok := options[name]
	if !ok {
		r.fail("unknown directive %q%s", name, suggestion(name))
		return
	}
	for _, value := range strings.FieldsFunc(rest, separators) {
		c.given[name], c.written[name] = true, value
		option(c, r, value)
	}
	if advice, ok := notDone[name]; ok && rest != "" {
		r.warn("%s is understood but not done: %s", name, advice)
		c.Kept = append(c.Kept, Directive{r.line, name, rest})
	}
}

// complete fills in the defaults that depend on other values and checks what
// can only be checked at the end.
func (c *Config) complete(r *report) {
	if !c.given["warntime"] {
		c.WarnTime = c.DeadTime / 2
	}
	if !c.given["deadping"] {
		c.DeadPing = c.DeadTime
	}
	c.completeInitDead(r)
	if c.DeadTime <= 2*c.KeepAlive {
		r.fail("deadtime %v is too small beside keepalive %v: expected more than twice as long", c.DeadTime, c.KeepAlive)
	}
	if c.given["deadping"] && c.DeadPing <= 2*c.KeepAlive {
		r.fail("deadping %v is too small beside keepalive %v: expected more than twice as long", c.DeadPing, c.KeepAlive)
	}
	if len(c.Nodes) == 0 && c.AutoJoin != "any" {
		r.fail(`no nodes: expected a line "node NAME..." with the name (uname -n) of each member`)
	}
	if len(c.Nodes) > mostNodes {
		r.fail("%d nodes: expected at most %d", len(c.Nodes), mostNodes)
	}
	if len(c.Media) == 0 {
		r.fail(`no media: expected a line like "bcast eth0", "ucast eth0 10.0.0.2" or "mcast eth0 225.0.0.1 694 1 0"`)
	}
	if n := len(c.Media) + len(c.Pings); n > mostMedia {
		r.fail("%d media and ping nodes: expected at most %d", n, mostMedia)
	}
	for _, p := range c.Pings {
		if c.HasNode(p.Name) {
			r.fail("%s is a node and a ping node", p.Name)
		}
	}
	for _, f := range c.Fences {
		if c.CRM {
			r.warnAt(f.Line, "with \"crm on\" fence devices come from the configuration: crm configure primitive fence-%s stonith:%s params ...;"+
				" secrets do not belong in ha.cf", f.Type, f.Type)
		}
	}
	if c.AutoJoin != "none" && !c.CRM {
		r.fail(`autojoin %s needs "crm on": nodes of haresources are fixed`, c.AutoJoin)
	}
	if c.Failback == FailbackLegacy && !c.CRM {
		r.warn(`auto_failback is legacy, which is deprecated: write "auto_failback on" or "auto_failback off"`)
	}
}

func (c *Config) completeInitDead(r *report) {
	if !c.given["initdead"] {
		switch {
		case c.DeadTime > 10*time.Second:
			c.InitDead = c.DeadTime
		case c.DeadTime < 6*time.Second:
			c.InitDead = 12 * time.Second
		default:
			c.InitDead = 2 * c.DeadTime
		}
		return
	}
	if c.InitDead < c.DeadTime {
		r.fail("initdead %v is smaller than deadtime %v: expected at least as long, better twice", c.InitDead, c.DeadTime)
	}
}
