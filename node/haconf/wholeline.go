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
	"ping_group":   kept("ping_group", 2, "a name and at least one address"),
	"stonith":      kept("stonith", 2, "a type and its configuration file"),
	"stonith_host": kept("stonith_host", 2, "a host or *, a type, and its parameters"),
	"respawn":      (*Config).addRespawn,
	"failfast":     child("failfast"),
	"apiauth":      (*Config).addAPIAuth,
}

func (c *Config) addUnicast(r *report, name, rest string, v6 bool) {
	words := strings.Fields(rest)
	if len(words) != 2 {
		r.fail("%s %s: expected an interface and the address or name of the peer", name, rest)
		return
	}
	if isAddress(words[1], !v6) {
		r.fail("%s %s: expected an address of the other family", name, words[1])
		return
	}
	c.Media = append(c.Media, Medium{Kind: Unicast, Interface: words[0], Peer: words[1], Port: c.Port, IPv6: v6})
}

func (c *Config) addMulticast(r *report, name, rest string, v6 bool) {
	words := strings.Fields(rest)
	if len(words) != 5 {
		r.fail("%s %s: expected five words: an interface, a group, a port, a ttl (0 to 4) and loop (0 or 1)", name, rest)
		return
	}
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
		if len(strings.Fields(rest)) < words {
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
		words := strings.Fields(rest)
		if len(words) >= 2 && !strings.HasPrefix(words[1], "/") {
			r.fail("%s: %q is no full path name", name, words[1])
			return
		}
		keep(c, r, rest)
	}
}

func (c *Config) addRespawn(r *report, rest string) {
	words := strings.Fields(rest)
	if len(words) < 2 {
		r.fail("respawn %s: expected a user and the full path of a command", rest)
		return
	}
	if !strings.HasPrefix(words[1], "/") {
		r.fail("respawn: %q is no full path name", words[1])
		return
	}
	c.Respawn = append(c.Respawn, Child{r.line, words[0], words[1:]})
}

func (c *Config) addAPIAuth(r *report, rest string) {
	words := strings.Fields(rest)
	lists := 0
	for _, w := range words[min(1, len(words)):] {
		if strings.HasPrefix(w, "uid=") || strings.HasPrefix(w, "gid=") {
			lists++
		}
	}
	if len(words) < 2 || lists == 0 {
		r.fail("apiauth %s: expected a client and uid=LIST or gid=LIST", rest)
		return
	}
	for _, d := range c.Kept {
		if d.Name == "apiauth" && strings.Fields(d.Rest)[0] == words[0] {
			r.fail("apiauth %s is there already, at line %d", words[0], d.Line)
			return
		}
	}
	c.Kept = append(c.Kept, Directive{r.line, "apiauth", rest})
}

// notDone says, for each directive that is understood but does nothing yet,
// what to do instead.
var notDone = map[string]string{
	"ping":                    "use a clone of ocf:pacemaker:ping or ocf:crm:Ping and a location rule on its attribute",
	"ping6":                   "use a clone of ocf:pacemaker:ping and a location rule on its attribute",
	"ping_group":              "use a clone of ocf:pacemaker:ping with several hosts in host_list",
	"hbaping":                 "use a clone of ocf:pacemaker:ping",
	"serial":                  "give the members a second network and a second bcast or ucast line",
	"baud":                    "there are no serial media",
	"stonith":                 "configure a fence device: crm configure primitive NAME stonith:TYPE",
	"stonith_host":            "configure a fence device: crm configure primitive NAME stonith:TYPE; its secrets do not belong in ha.cf",
	"failfast":                "make it a resource with on-fail=fence on its monitor",
	"watchdog":                "use fencing, or the hardware watchdog of systemd (RuntimeWatchdogSec)",
	"compression":             "packets of others are unpacked; large messages go over TCP",
	"compression_threshold":   "large messages go over TCP between members",
	"traditional_compression": "large messages go over TCP between members",
	"coredumps":               "use ulimit -c or systemd's LimitCORE",
	"coreroot":                "use systemd-coredump",
	"use_logd":                "use logfile, logfacility, or standard error (the journal)",
	"conn_logd_time":          "there is no logging daemon",
	"use_apphbd":              "there is no application heartbeat daemon",
	"quorum_server":           "use a third member, or fencing",
	"crm_daemon_dir":          "there are no separate daemons",
	"crmd_spawns_pengine":     "there are no separate daemons",
	"env":                     "set it where the daemon is started (systemd: Environment=)",
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
