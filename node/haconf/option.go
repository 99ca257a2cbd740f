package haconf

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// option is called once for each value of a directive; the last one wins
// unless it gathers them.
type option func(c *Config, r *report, value string)

// options are the directives whose line is a list of values.
var options = map[string]option{
	"node":                    (*Config).addNode,
	"keepalive":               timeOption("keepalive", func(c *Config) *time.Duration { return &c.KeepAlive }, true),
	"deadtime":                timeOption("deadtime", func(c *Config) *time.Duration { return &c.DeadTime }, true),
	"warntime":                timeOption("warntime", func(c *Config) *time.Duration { return &c.WarnTime }, true),
	"initdead":                timeOption("initdead", func(c *Config) *time.Duration { return &c.InitDead }, true),
	"deadping":                timeOption("deadping", func(c *Config) *time.Duration { return &c.DeadPing }, true),
	"udpport":                 (*Config).setPort,
	"bind":                    (*Config).setBind,
	"bcast":                   (*Config).addBroadcast,
	"udp":                     func(c *Config, r *report, v string) { r.warn("udp is the old name of bcast"); c.addBroadcast(r, v) },
	"auto_failback":           (*Config).setFailback,
	"nice_failback":           (*Config).setNiceFailback,
	"logfile":                 func(c *Config, _ *report, v string) { c.LogFile = v },
	"debugfile":               func(c *Config, _ *report, v string) { c.DebugFile = v },
	"logfacility":             (*Config).setFacility,
	"debug":                   numberOption("debug", 0, 255, func(c *Config) *int { return &c.Debug }),
	"hopfudge":                numberOption("hopfudge", 0, 255, func(c *Config) *int { return &c.HopFudge }),
	"max_rexmit_delay":        (*Config).setRexmitDelay,
	"msgfmt":                  (*Config).setForm,
	"cluster":                 func(c *Config, _ *report, v string) { c.Cluster = v },
	"autojoin":                (*Config).setAutoJoin,
	"crm":                     (*Config).setCRM,
	"pacemaker":               (*Config).setCRM,
	"use_logd":                boolOption("use_logd", nil),
	"baud":                    (*Config).setBaud,
	"serial":                  (*Config).addSerial,
	"watchdog":                (*Config).setWatchdog,
	"rtprio":                  numberOption("rtprio", 1, 99, func(c *Config) *int { return &c.RTPriority }),
	"memreserve":              numberOption("memreserve", 1, 1<<30, nil),
	"realtime":                boolOption("realtime", func(c *Config) *bool { return &c.Realtime }),
	"syslogmsgfmt":            boolOption("syslogmsgfmt", nil),
	"log_badpack":             boolOption("log_badpack", func(c *Config) *bool { return &c.LogBad }),
	"coredumps":               boolOption("coredumps", func(c *Config) *bool { return &c.CoreDumps }),
	"use_apphbd":              boolOption("use_apphbd", nil),
	"normalpoll":              boolOption("normalpoll", nil),
	"hbgenmethod":             wordOption("hbgenmethod", func(c *Config) *string { return &c.Generations }, "file", "time"),
	"uuidfrom":                wordOption("uuidfrom", func(c *Config) *string { return &c.UUIDFrom }, "file", "nodename"),
	"compression":             (*Config).setCompression,
	"compression_threshold":   (*Config).setThreshold,
	"traditional_compression": boolOption("traditional_compression", func(c *Config) *bool { return &c.Traditional }),
	"conn_logd_time":          timeOption("conn_logd_time", nil, false),
	"replay_window":           timeOption("replay_window", func(c *Config) *time.Duration { return &c.ReplayWindow }, false),
	"ping":                    func(c *Config, r *report, v string) { c.addPing(r, Ping{r.line, v, []string{v}, false, false}) },
	"ping6":                   func(c *Config, r *report, v string) { c.addPing(r, Ping{r.line, v, []string{v}, true, false}) },
	"env":                     (*Config).addEnv,
	"hbaping":                 anyWord,
	"coreroot":                anyWord,
	"crm_daemon_dir":          anyWord,
	"quorum_server":           anyWord,
	"opt":                     anyWord,
	"enable_config_writes":    boolOption("enable_config_writes", nil),
	"record_config_changes":   boolOption("record_config_changes", nil),
	"record_pengine_inputs":   boolOption("record_pengine_inputs", nil),
	"crmd_spawns_pengine":     boolOption("crmd_spawns_pengine", nil),
}

func anyWord(*Config, *report, string) {}

func timeOption(name string, field func(*Config) *time.Duration, positive bool) option {
	return func(c *Config, r *report, value string) {
		d, err := parseTime(value)
		if err != nil {
			r.fail("%s: %v", name, err)
			return
		}
		if positive && d <= 0 {
			r.fail("%s %s: expected a time of at least 1ms", name, value)
			return
		}
		if field != nil {
			*field(c) = d
		}
		if name == "initdead" && d < 10*time.Second {
			r.warn("initdead %v may be too small: members that boot slowly are taken for dead", d)
		}
	}
}

func numberOption(name string, low, high int, field func(*Config) *int) option {
	return func(c *Config, r *report, value string) {
		n, err := strconv.Atoi(value)
		if err != nil || n < low || n > high {
			r.fail("%s %s: expected a number from %d to %d", name, value, low, high)
			return
		}
		if field != nil {
			*field(c) = n
		}
	}
}

func boolOption(name string, field func(*Config) *bool) option {
	return func(c *Config, r *report, value string) {
		on, err := parseBool(value)
		if err != nil {
			r.fail("%s: %v", name, err)
			return
		}
		if field != nil {
			*field(c) = on
		}
	}
}

func wordOption(name string, field func(*Config) *string, words ...string) option {
	return func(c *Config, r *report, value string) {
		if !slices.Contains(words, value) {
			r.fail("%s %s: expected %s", name, value, strings.Join(words, " or "))
			return
		}
		if field != nil {
			*field(c) = value
		}
	}
}

func (c *Config) addEnv(r *report, value string) {
	if strings.HasPrefix(value, "=") {
		r.fail("env %s: expected NAME=VALUE", value)
		return
	}
	c.Env = append(c.Env, value)
}

func (c *Config) addNode(r *report, value string) {
	name := strings.ToLower(value)
	if len(name) > longestName {
		r.fail("node %s: a name of %d bytes, expected at most %d", value, len(name), longestName)
		return
	}
	if slices.Contains(c.Nodes, name) {
		r.warn("node %s is there already", name)
		return
	}
	c.Nodes = append(c.Nodes, name)
}

func (c *Config) setPort(r *report, value string) {
	n, err := strconv.Atoi(value)
	if err != nil || n <= 0 {
		r.fail("udpport %s: expected a port from 1 to 65535", value)
		return
	}
	if n > 65535 { // what heartbeat makes of it
		r.warn("udpport %d is more than 65535: heartbeat uses %d, so that is used", n, n&65535)
		if n &= 65535; n == 0 {
			r.fail("udpport %s: expected a port from 1 to 65535", value)
			return
		}
	}
	if len(c.Media) > 0 {
		r.warn("udpport stands below a medium, which keeps port %d: write udpport first", c.Port)
	}
	c.Port = n
}

func (c *Config) setBind(r *report, value string) {
	at, err := netip.ParseAddr(value)
	if err != nil {
		r.fail("bind %s: expected an address of this machine", value)
		return
	}
	c.Bind = at
}

func (c *Config) addBroadcast(_ *report, value string) {
	c.Media = append(c.Media, Medium{Kind: Broadcast, Interface: value, Port: c.Port})
}

func (c *Config) setFailback(r *report, value string) {
	if strings.EqualFold(value, string(FailbackLegacy)) {
		c.Failback = FailbackLegacy
		return
	}
	on, err := parseBool(value)
	if err != nil {
		r.fail("auto_failback %s: expected on, off or legacy", value)
		return
	}
	c.Failback = FailbackOff
	if on {
		c.Failback = FailbackOn
	}
}

// setAutoJoin, unlike other words, is the same in any case.
func (c *Config) setAutoJoin(r *report, value string) {
	wordOption("autojoin", func(c *Config) *string { return &c.AutoJoin }, "none", "other", "any")(c, r, strings.ToLower(value))
}

func (c *Config) setNiceFailback(r *report, value string) {
	if _, err := parseBool(value); err != nil {
		r.fail("nice_failback: %v", err)
		return
	}
	if c.Failback != FailbackLegacy {
		c.Failback = FailbackOff
	}
	r.warn("nice_failback is obsolete: auto_failback is %s; write auto_failback on or off", c.Failback)
}

var facilities = []string{"none", "auth", "authpriv", "cron", "daemon", "ftp", "kern", "lpr", "mail", "news", "security", "syslog",
	"user", "uucp", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"}

func (c *Config) setFacility(r *report, value string) {
	if !slices.Contains(facilities, value) {
		r.fail("logfacility %s: expected none, daemon, user, local0 to local7 or another facility of syslog", value)
		return
	}
	c.LogFacility = value
}

func (c *Config) setRexmitDelay(r *report, value string) {
	n, err := strconv.Atoi(value)
	if err != nil || n <= 0 {
		r.fail("max_rexmit_delay %s: expected milliseconds, at least 1", value)
		return
	}
	c.RexmitDelay = time.Duration(n) * time.Millisecond
}

func (c *Config) setForm(r *report, value string) {
	if value != "classic" && value != "netstring" {
		r.fail("msgfmt %s: expected classic or netstring", value)
		return
	}
	c.PlainForm = value == "netstring"
}

func (c *Config) setCRM(r *report, value string) {
	if on, err := parseBool(value); err == nil {
		c.CRM = on
		return
	}
	if !slices.Contains([]string{"respawn", "manual", "minimal", "valgrind", "ccm-only"}, strings.ToLower(value)) {
		r.fail("crm %s: expected on, off or respawn", value)
		return
	}
	c.CRM = true
	if !strings.EqualFold(value, "respawn") {
		r.warn("crm %s is taken as crm respawn", value)
	}
}

func (c *Config) setBaud(r *report, value string) {
	if c.seen["baud"] {
		r.fail("baud is there a second time")
	}
	c.seen["baud"] = true
	rates := []string{"9600", "19200", "38400", "57600", "115200", "230400", "460800"}
	if !slices.Contains(rates, value) {
		r.fail("baud %s: expected one of %s", value, strings.Join(rates, ", "))
		return
	}
	if slices.ContainsFunc(c.Media, func(m Medium) bool { return m.Kind == Serial }) {
		r.warn("baud stands below a serial line, which keeps %d: write baud first", c.Baud)
	}
	c.Baud, _ = strconv.Atoi(value)
}

func (c *Config) addSerial(r *report, value string) {
	if !strings.HasPrefix(value, "/") {
		r.fail("serial %s: expected the full path of a device, e.g. /dev/ttyS0", value)
		return
	}
	c.Media = append(c.Media, Medium{Kind: Serial, Interface: value, Baud: c.Baud})
}

func (c *Config) setWatchdog(r *report, value string) {
	if c.Watchdog != "" {
		r.fail("watchdog is there a second time")
		return
	}
	c.Watchdog = value
}

func (c *Config) setCompression(r *report, value string) {
	if value != "zlib" && value != "bz2" {
		r.fail("compression %s: expected zlib or bz2", value)
		return
	}
	if value == "bz2" {
		r.warn("compression bz2: what comes in is unpacked, what goes out is packed with zlib, which every heartbeat unpacks")
	}
	c.Compression = value
}

func (c *Config) setThreshold(r *report, value string) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > 1<<20 {
		r.fail("compression_threshold %s: expected a number of KiB, at least 1", value)
		return
	}
	c.Threshold = n << 10
}

// isAddress tells whether a word is an IP address of a family.
func isAddress(word string, v6 bool) bool {
	a, err := netip.ParseAddr(word)
	return err == nil && a.Is6() == v6
}
