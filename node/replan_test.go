package node

import (
	"fmt"
	"testing"
	"time"

	"crm/cib"
	"crm/engine"
	"crm/engine/graph"
)

// BenchmarkReplan is what a DC does after one event among 1,000 resources on
// 16 nodes: a monitor has failed, the state of the cluster is written down
// anew, the engine decides about all of it, and the walk is made. It shall
// take less than 100 ms.
func BenchmarkReplan(b *testing.B) {
	const resources, nodes = 1000, 16
	m := newBenchDC(b, resources, nodes)
	m.dc.members["n0"].hist.put(&ResourceHistory{ID: "r0", Class: "ocf", Provider: "heartbeat", Type: "Dummy",
		Entries: []Entry{benchEntry("r0", "monitor", 10000, 7, 0, 99999, "n0")}})
	b.ReportAllocs()
	for b.Loop() {
		out, err := engine.Run(engine.Input{CIB: m.view(), Now: m.now, RunID: 7})
		if err != nil {
			b.Fatal(err)
		}
		if walk := graph.NewWalk(out.Graph); walk.Next() == nil {
			b.Fatal("nothing is to be done about a failed monitor")
		}
	}
}

// newBenchDC is a DC in whose cluster everything runs.
func newBenchDC(b *testing.B, resources, nodes int) *Machine {
	m, err := New(Config{Name: "n0", Members: []string{"n0"}, Process: "p"}, time.Unix(1750000000, 0))
	if err != nil {
		b.Fatal(err)
	}
	m.dc = &coordinator{quorum: true, members: map[string]*subject{}, lost: map[string]*subject{}}
	conf := m.log.reg.doc.Configuration()
	m.log.reg.doc.SetProperty("stonith-enabled", "false")
	for n := range nodes {
		name := fmt.Sprintf("n%d", n)
		e := cib.Child(conf, "nodes").CreateElement("node")
		e.CreateAttr("id", fmt.Sprint(n+1))
		e.CreateAttr("uname", name)
		m.table[name] = &NodeFact{Name: name, InCCM: 1, Crmd: 1, Join: "member", Expect: "member"}
		m.dc.members[name] = &subject{name: name, hist: history{}, attrs: map[string]string{"ping": "1000"}}
	}
	for i := range resources {
		id := fmt.Sprintf("r%d", i)
		p := cib.Child(conf, "resources").CreateElement("primitive")
		for _, a := range [][2]string{{"id", id}, {"class", "ocf"}, {"provider", "heartbeat"}, {"type", "Dummy"}} {
			p.CreateAttr(a[0], a[1])
		}
		op := p.CreateElement("operations").CreateElement("op")
		for _, a := range [][2]string{{"id", id + "-m"}, {"name", "monitor"}, {"interval", "10s"}} {
			op.CreateAttr(a[0], a[1])
		}
		for n := range nodes {
			name := fmt.Sprintf("n%d", n)
			entries := []Entry{benchEntry(id, "monitor", 0, 7, 7, i+1, name)}
			if i%nodes == n {
				entries = []Entry{benchEntry(id, "start", 0, 0, 0, i+1, name), benchEntry(id, "monitor", 10000, 0, 0, i+2, name)}
			}
			m.dc.members[name].hist.put(&ResourceHistory{ID: id, Class: "ocf", Provider: "heartbeat", Type: "Dummy", Entries: entries})
		}
	}
	return m
}

func benchEntry(id, operation string, interval int64, rc, target, call int, on string) Entry {
	what := "last_0"
	if interval > 0 {
		what = fmt.Sprint(operation, "_", interval)
		if rc != target {
			what = "last_failure_0"
		}
	}
	return Entry{ID: id + "_" + what, Operation: operation, OperationKey: fmt.Sprintf("%s_%s_%d", id, operation, interval), Interval: interval,
		RC: rc, CallID: call, OnNode: on, LastRCChange: 1700000000, ExecTime: 12,
		TransitionKey: fmt.Sprintf("%d:1:%d:12345678-1234-1234-1234-123456789abc", call, target), Digest: "f2317cad3d54cec5d7d7aa7d0bf35cf8"}
}
