package daemon

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"crm/cib"
	"crm/node/transport"
)

// letters counts what a member sends to single peers.
type letters struct {
	transport.Sealed
	packets, bytes *atomic.Int64
}

// Send counts a message as what it costs on the wire: a segment for each 1400
// bytes, and the other's acknowledgements.
func (c letters) Send(peer string, message []byte) bool {
	c.packets.Add(int64(len(message)/1400+1) * 2)
	c.bytes.Add(int64(len(message)))
	return c.Sealed.Send(peer, message)
}

// BenchmarkRestWithCIB is what whole members with crm on cost that have nothing
// to do: beats, and what the machines tell each other.
func BenchmarkRestWithCIB(b *testing.B) {
	for _, many := range []int{2, 3, 16, 100} {
		b.Run(fmt.Sprintf("members=%d/keepalive=1s", many), func(b *testing.B) {
			restWithCIB(b, many, "keepalive 1\ndeadtime 10\ninitdead 20\n")
		})
	}
	for _, many := range []int{2, 3} {
		b.Run(fmt.Sprintf("members=%d/keepalive=200ms", many), func(b *testing.B) {
			restWithCIB(b, many, "keepalive 200ms\ndeadtime 1\ninitdead 20\n")
		})
	}
}

func restWithCIB(b *testing.B, many int, timing string) {
	const watched = 10 * time.Second
	var names []string
	for i := range many {
		names = append(names, fmt.Sprintf("n%d", i))
	}
	var beats, letter, bytes atomic.Int64
	w := &world{t: b, names: names, network: transport.NewMemory(), port: 6940, timing: timing,
		count: func(m transport.Media, s transport.Sealed) (transport.Media, transport.Sealed) {
			return counted{m, &beats, &bytes}, letters{s, &letter, &bytes}
		}}
	w.found()
	w.until("all members take part", "n0", func(doc *cib.Document) bool {
		return len(doc.Status().FindElements("./node_state[@join='member']")) == many
	})
	end := time.Now().Add(2 * time.Minute)
	for said := int64(-1); said != letter.Load(); { // until they have told each other all there is
		if time.Now().After(end) {
			b.Skip("not at rest after two minutes: this machine has too much to do for so many members (node/sim's BenchmarkRest has them in virtual time)")
		}
		said = letter.Load()
		<-time.After(3 * time.Second)
	}
	for b.Loop() {
		beats.Store(0)
		letter.Store(0)
		bytes.Store(0)
		before := processorTime(b, unix.RUSAGE_SELF)
		<-time.After(watched)
		used := processorTime(b, unix.RUSAGE_SELF) - before
		each := float64(many) * watched.Seconds()
		b.ReportMetric(float64(beats.Load())/each, "beats/s/member")
		b.ReportMetric(float64(letter.Load())/each, "tcp/s/member")
		b.ReportMetric(float64(bytes.Load())/each, "B/s/member")
		b.ReportMetric(100*used.Seconds()/each, "%core/member")
	}
}
