package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// spent is what a node used up so far: processor time, packets and bytes that
// it sent.
type spent struct {
	cpu            time.Duration
	packets, bytes int64
}

// rest measures what a pair costs while nothing happens, each node alone: two
// of ours in haresources mode, two of ours with "crm on", two heartbeats. The
// client does not ask meanwhile.
func (l *lab) rest(span time.Duration) error {
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Printf("load %s; each node over %v at keepalive 200 ms, deadtime 1 s\n%-24s %10s %10s %10s\n", strings.TrimSpace(string(load)), span,
		"", "packets/s", "bytes/s", "of a core")
	kinds := []struct {
		name string
		pair pair
		crm  bool
	}{{"ours, crm off", pair{"ours", "ours"}, false}, {"ours, crm on", pair{"ours", "ours"}, true}}
	if l.real {
		kinds = append(kinds, struct {
			name string
			pair pair
			crm  bool
		}{"heartbeat 3.0.6, crm off", pair{"theirs", "theirs"}, false})
	}
	for _, kind := range kinds {
		if err := l.atRest(kind.name, kind.pair, kind.crm, span); err != nil {
			return fmt.Errorf("%s: %w", kind.name, err)
		}
	}
	return nil
}

func (l *lab) atRest(name string, p pair, crm bool, span time.Duration) error {
	if err := l.up(p, config{keepalive: 200 * time.Millisecond, deadtime: time.Second, failback: "off", crm: crm}); err != nil {
		return err
	}
	defer l.down()
	if err := first(l.nodes[0].start(), l.nodes[1].start()); err != nil {
		return err
	}
	time.Sleep(25 * time.Second) // heartbeat waits ten seconds for the other, and then takes its time
	l.client.stop()
	l.client = nil
	before := [2]spent{l.nodes[0].spent(), l.nodes[1].spent()}
	time.Sleep(span)
	for i, h := range l.nodes {
		now, s := h.spent(), span.Seconds()
		fmt.Printf("%-24s %10.2f %10.0f %9.2f%%\n", name, float64(now.packets-before[i].packets)/s, float64(now.bytes-before[i].bytes)/s,
			100*(now.cpu-before[i].cpu).Seconds()/s)
	}
	return nil
}

// spent sums up the processes of the node's namespace of processes that belong to a cluster.
func (h *host) spent() spent {
	var s spent
	inside, _ := os.Readlink(fmt.Sprintf("/proc/%d/ns/pid", h.pid))
	all, _ := filepath.Glob("/proc/[0-9]*/task/[0-9]*/schedstat")
	for _, path := range all {
		process := filepath.Join("/", filepath.Join(strings.Split(path, "/")[:3]...))
		if ns, _ := os.Readlink(filepath.Join(process, "ns/pid")); ns != inside || ns == "" {
			continue
		}
		line, _ := os.ReadFile(filepath.Join(process, "cmdline"))
		if !strings.Contains(string(line), "heartbeat") && !strings.Contains(string(line), "crm\x00daemon") {
			continue
		}
		text, _ := os.ReadFile(path)
		if fields := strings.Fields(string(text)); len(fields) == 3 {
			ns, _ := strconv.ParseInt(fields[0], 10, 64)
			s.cpu += time.Duration(ns)
		}
	}
	for what, count := range map[string]*int64{"packets": &s.packets, "bytes": &s.bytes} { // order: each alone
		text, _ := sh("ip netns exec %s cat /sys/class/net/eth0/statistics/tx_%s", h.name, what)
		*count, _ = strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	}
	return s
}
