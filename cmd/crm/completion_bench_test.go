package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"crm/shell"
)

// typedLines are what the worst completion is looked for in: at each of
// their positions. They hold every kind of thing that is completed.
var typedLines = []string{
	"configure primitive p5 ocf:heartbeat:Dummy params state=/run/x fake=y meta target-role=Started resource-stickiness=5 op monitor interval=10s timeout=20s on-fail=restart",
	"configure primitive new ocf:crm:Dummy op monitor role=Started",
	"configure primitive fence stonith:null params hostlist=alice",
	"configure group g7 d1 d2 meta target-role=Started",
	"configure clone c d3 meta interleave=true",
	"configure location l d99 rule 100: #uname eq alice and rack eq r1",
	"configure colocation col inf: d1:Started d2 node-attribute=rack",
	"configure order o Mandatory: d1:start d2:stop symmetrical=true",
	"configure property no-quorum-policy=ignore stonith-enabled=false",
	"configure rsc_defaults resource-stickiness=1", "configure op_defaults timeout=20s",
	"configure bundle b docker image=x network port-mapping port=80", "configure fencing_topology alice: d1 d2",
	"configure monitor d5 10s:20s", "configure tag t: d1 d2 d3", "configure node alice attributes standby=on", "configure rsc_ticket r T: d1:Promoted",
	"configure role r write xpath:/x", "configure acl_target bob r", "configure alert a /x attributes x=y to z",
	"configure show type:primitive related:d7 d99 changed", "configure edit xml d5", "configure delete d1 d2 d3", "configure rename d1 x",
	"configure set d5.monitor.interval 5", "configure modgroup g7 add d9 after d1", "configure save xml d1 /tmp/x", "configure default-timeouts d1 d2",
	"configure template new x virtual-ip params ip=1", "configure assist weak-bond d1 d2", "configure get_property no-quorum-policy",
	"resource status d1", "resource move d1 alice PT5M force", "resource param d1 set state x", "resource meta d1 set target-role Started",
	"resource failcount d1 set alice 3", "resource trace d1 monitor 10", "node standby alice", "node attribute alice set standby on",
	"ra info ocf:heartbeat:Dummy", "ra list ocf heartbeat", "cib use live", "cibstatus op monitor d1 success done alice",
	"options set core.editor vi", "help configure show", "cd configure/ra", "history diff 1", "status bynode inactive",
}

// tries is how often each buffer is timed; the best counts, since others may
// be busy on the machine too.
const tries = 5

type latency struct {
	took   time.Duration
	buffer string
}

// latencies types every line, key by key, and tells how long each answer
// took, the shortest first. A fresh line reads the configuration again.
func latencies(tb testing.TB, resources int) (times []latency) {
	file := filepath.Join(tb.TempDir(), "cib.xml")
	var text strings.Builder
	text.WriteString(`<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0"><configuration><crm_config/><nodes>` +
		`<node id="1" uname="alice"><instance_attributes id="a"><nvpair id="a-r" name="rack" value="r1"/></instance_attributes></node><node id="2" uname="bob"/></nodes><resources>`)
	for i := range resources {
		fmt.Fprintf(&text, `<primitive id="d%d" class="ocf" provider="heartbeat" type="Dummy"><operations><op id="d%d-m" name="monitor" interval="10s"/></operations></primitive>`, i, i)
	}
	text.WriteString(`</resources><constraints/></configuration><status/></cib>`)
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		tb.Fatal(err)
	}
	env := &shell.Env{Cluster: &fileCluster{path: file, now: time.Now}, Agents: &agents{}, Shadows: shadows{dir: tb.TempDir()}, Drafts: drafts{dir: tb.TempDir()}}
	s := shell.NewSession(env, shell.Options{})
	for pass := range 1 + tries { // in the first one the agents are asked; what they answer is kept
		at := 0
		for _, line := range typedLines {
			if err := s.Exec(tb.Context(), "# a new line"); err != nil {
				tb.Fatal(err)
			}
			for end := range len(line) + 1 {
				began := time.Now()
				s.Complete(tb.Context(), line[:end])
				took := time.Since(began)
				switch pass {
				case 0:
				case 1:
					times = append(times, latency{took, line[:end]})
				default:
					times[at].took = min(times[at].took, took)
				}
				at++
			}
		}
	}
	slices.SortFunc(times, func(a, b latency) int { return int(a.took - b.took) })
	return times
}

// BenchmarkCompleteAnyBuffer reports the answer times of the whole shell to
// Tab over many buffers, with a thousand resources: the median, the slowest
// in a hundred, and the slowest.
func BenchmarkCompleteAnyBuffer(b *testing.B) {
	for b.Loop() {
		times := latencies(b, 1000)
		ms := func(at int) float64 { return float64(times[at].took) / float64(time.Millisecond) }
		b.ReportMetric(ms(len(times)/2), "p50-ms")
		b.ReportMetric(ms(len(times)*99/100), "p99-ms")
		b.ReportMetric(ms(len(times)-1), "max-ms")
		b.Logf("the slowest of %d buffers: %q", len(times), times[len(times)-1].buffer)
	}
}
