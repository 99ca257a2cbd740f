package haconf

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// wholeLine reads the rest of a directive's line with its own rules.
type wholeLine func(c *Config, r *report, rest string)

var wholeLines = map[string]wholeLine{
	"ucast":        func(c *Config, r *report, rest string) { c.addUnicast(r, "ucast", rest, false) },
	"ucast6":       func(c *Config, r *report, rest string) { c.addUnicast(r, "ucast6", rest, true) },
	"mcast":        func(c *Config, r *report, rest string) { c.addMulticast(r, "mcast", rest, false) },
	"mcast6":       func(c *Config, r *report, rest string) { c.addMulticast(r, "mcast6", rest, true) },
	"ping_group":   (*Config).addPingGroup,
	"stonith":      (*Config).addStonith,
	"stonith_host": (*Config).addStonithHost,
	"respawn":      (*Config).addRespawn,
	"failfast":     child("failfast"),
	"apiauth":      (*Config).addAPIAuth,
}

func (c *Config) addUnicast(r *report, name, rest string, v6 bool) {
	words := fields(rest)
	if len(words) < 2 {
		r.fail("%s %s: expected an interface and the address or name of the peer", name, rest)
		return
	}
	r.beyond(name, words, 2)
	if isAddress(words[1], !v6) {
		r.fail("%s %s: expected an address of the other family", name, words[1])
		return
	}
	c.Media = append(c.Media, Medium{Kind: Unicast, Interface: words[0], Peer: words[1], Port: c.Port, IPv6: v6})
}

func (c *Config) addMulticast(r *report, name, rest string, v6 bool) {
	words := fields(rest)
	if len(words) < 5 {
		r.fail("%s %s: expected five words: an interface, a group, a port, a ttl (0 to 4) and loop (0 or 1)", name, rest)
		return
	}
	r.beyond(name, words, 5)
	m := Medium{Kind: Multicast, Interface: words[0], Peer: words[1], IPv6: v6}
	group, err := netip.ParseAddr(words[1])
	if err != nil || !group.IsMulticast() || group.Is6() != v6 {
		want := "224.0.0.0 to 239.255.255.255"
		if v6 {
			want = "ff00::/8"
		}
		r.fail("%s: bad group %q: expected one of %s", name, words[1], want)
		return
	}
	if m.Port, err = strconv.Atoi(words[2]); err != nil || m.Port < 1 || m.Port > 65535 {
		r.fail("%s: bad port %q: expected 1 to 65535", name, words[2])
		return
	}
	if m.TTL, err = strconv.Atoi(words[3]); err != nil || m.TTL < 0 || m.TTL > 4 {
		r.fail("%s: bad ttl %q: expected 0 to 4", name, words[3])
		return
	}
	if words[4] != "0" && words[4] != "1" {
		r.fail("%s: bad loop %q: expected 0 or 1", name, words[4])
		return
	}
	m.Loop = words[4] == "1"
	c.Media = append(c.Media, m)
}

func kept(name string, words int, want string) wholeLine {
	return func(c *Config, r *report, rest string) {
		if len(fields(rest)) < words {
			r.fail("%s %s: expected %s", name, rest, want)
			return
		}
		c.Kept = append(c.Kept, Directive{r.line, name, rest})
		r.warn("%s is understood but not done: %s", name, notDone[name])
	}
}

func child(name string) wholeLine {
	keep := kept(name, 2, "a user and the full path of a command")
	return func(c *Config, r *report, rest string) {
		words := fields(rest)
		if len(words) >= 2 && !strings.HasPrefix(words[1], "/") {
			r.fail("%s: %q is no full path name", name, words[1])
			return
		}
		keep(c, r, rest)
	}
}

// notDone says, for each directive that is understood but does nothing yet,
// what to do instead.
var notDone = map[string]string{
	"hbaping":               "use ping, or a clone of ocf:pacemaker:ping",
	"failfast":              "make it a resource with on-fail=fence on its monitor, or write respawn",
	"coreroot":              "use systemd-coredump or the system's kernel.core_pattern",
	"memreserve":            "nothing needs to be reserved: pages are locked as they are used (realtime on)",
	"use_logd":              "use logfile, debugfile, logfacility, or standard error (the journal)",
	"conn_logd_time":        "there is no logging daemon to wait for; use logfile or logfacility",
	"syslogmsgfmt":          "lines have one form everywhere",
	"use_apphbd":            "there is no application heartbeat daemon; make the program a resource with a monitor",
	"normalpoll":            "nothing is polled",
	"opt":                   "it never had a meaning",
	"quorum_server":         "use a third member, or fencing",
	"crm_daemon_dir":        "there are no separate daemons",
	"crmd_spawns_pengine":   "there are no separate daemons",
	"enable_config_writes":  "the configuration is always written to disk",
	"record_config_changes": "configurations are always kept: crm history",
	"record_pengine_inputs": "configurations are always kept: crm history",
}

// suggestion names a directive that may have been meant.
func suggestion(name string) string {
	best, least := "", 3
	for _, known := range directiveNames() {
		if d := distance(name, known); d < least {
			best, least = known, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}

func directiveNames() []string {
	var names []string
	for name := range options { // order: sorted below
		names = append(names, name)
	}
	for name := range wholeLines { // order: sorted below
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// distance is how many letters must change to make a from b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
