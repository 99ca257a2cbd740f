package haconf

import (
	"maps"
	"slices"
	"strconv"
	"time"
)

// lists are options whose values are gathered: heartbeat has no single value
// of them to tell.
var lists = []string{"node", "bcast", "udp", "serial", "ping", "ping6", "hbaping", "env"}

// Parameters are the values by which heartbeat's clients know an option
// (cl_status(1), hbparameter): as written, or else the default.
func (c *Config) Parameters() map[string]string {
	p := map[string]string{
		"keepalive": heartbeatTime(c.KeepAlive), "deadtime": heartbeatTime(c.DeadTime), "warntime": heartbeatTime(c.WarnTime),
		"initdead": heartbeatTime(c.InitDead), "deadping": heartbeatTime(c.DeadPing), "hopfudge": strconv.Itoa(c.HopFudge),
		"udpport": strconv.Itoa(c.Port), "auto_failback": string(c.Failback), "cluster": c.Cluster, "autojoin": c.AutoJoin,
		"debug": strconv.Itoa(c.Debug), "max_rexmit_delay": strconv.FormatInt(c.RexmitDelay.Milliseconds(), 10),
	}
	maps.Copy(p, c.written)
	for _, name := range lists {
		delete(p, name)
	}
	return p
}

// Links are the names of the media as heartbeat tells them, each once: the
// interfaces.
func (c *Config) Links() []string {
	var names []string
	for _, m := range c.Media {
		if !slices.Contains(names, m.Interface) {
			names = append(names, m.Interface)
		}
	}
	return names
}

// PingNames are the names of the ping nodes.
func (c *Config) PingNames() []string {
	var names []string
	for _, p := range c.Pings {
		names = append(names, p.Name)
	}
	return names
}

// heartbeatTime is a time as ha.cf writes it.
func heartbeatTime(d time.Duration) string {
	return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
}
