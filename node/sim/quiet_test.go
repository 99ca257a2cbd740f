package sim

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func quietWorld(t testing.TB, opt Options, members int) *World {
	t.Helper()
	opt.Seed = 3
	for i := range members {
		opt.Members = append(opt.Members, fmt.Sprintf("n%02d", i))
	}
	w := New(opt)
	for _, m := range w.members {
		m.Start()
	}
	if !w.RunUntil(30*time.Second, w.settled) {
		t.Fatalf("no cluster:\n%s", w.state())
	}
	w.Run(10 * time.Second)
	return w
}

func (w *World) leader() *Member {
	i := slices.IndexFunc(w.members, func(m *Member) bool { return m.m != nil && m.m.Inspect().Leads })
	if i < 0 {
		return nil
	}
	return w.members[i]
}

// TestAQuietClusterSaysNothing: what has nothing new to say is carried by the
// beats alone, whatever the size.
func TestAQuietClusterSaysNothing(t *testing.T) {
	for _, members := range []int{2, 3, 16} {
		w := quietWorld(t, Options{}, members)
		sends, alarms := w.sends, w.alarms
		w.Run(time.Minute)
		if n := w.sends - sends; n > 0 {
			t.Errorf("%d members at rest: %d messages in a minute", members, n)
		}
		// One wake for each beat of the machine (500 ms here), the leader too.
		if n := w.alarms - alarms; n > members*121 {
			t.Errorf("%d members at rest are woken %d times in a minute, want once for each beat of each", members, n)
		}
	}
}

// TestLostBeatsDoNotMoveTheLead: a tenth of all that is sent is lost, and one
// member leads on.
func TestLostBeatsDoNotMoveTheLead(t *testing.T) {
	w := quietWorld(t, Options{Deadtime: 10 * time.Second}, 3)
	term := w.leader().m.Inspect().Term
	w.opt.Loss = 100
	w.Run(10 * time.Minute)
	l := w.leader()
	if l == nil || l.m.Inspect().Term != term {
		t.Errorf("term %d, and after ten minutes:\n%s", term, w.state())
	}
}

// TestALeaderThatStandsStillIsReplaced: its beats go on, but what its machine
// says is no longer new: a disk that hangs is not hidden by a live ring.
func TestALeaderThatStandsStillIsReplaced(t *testing.T) {
	w := quietWorld(t, Options{}, 3)
	old := w.leader()
	old.freeAt = w.now.Add(time.Hour) // no effect is performed any more
	if !w.RunUntil(5*time.Second, func() bool {
		return slices.ContainsFunc(w.members, func(m *Member) bool { return m != old && m.m.Inspect().Leads })
	}) {
		t.Errorf("%s leads on:\n%s", old.name, w.state())
	}
}

// TestACutLeaderGivesUp: it hears of no majority and does not believe for
// longer than before that it leads.
func TestACutLeaderGivesUp(t *testing.T) {
	w := quietWorld(t, Options{}, 3)
	old := w.leader()
	for _, m := range w.members {
		if m != old {
			w.Cut(old.name, m.name)
		}
	}
	if !w.RunUntil(5*time.Second, func() bool { return !old.m.Inspect().Leads }) {
		t.Errorf("%s leads on alone:\n%s", old.name, w.state())
	}
}

// BenchmarkRest is a quiet cluster in virtual time, so that it comes to rest
// on a machine that has other work too: what the machines of the members say
// to each other, how often each is woken by its own alarms, and the processor
// time of a member in a second, the simulation's own included.
func BenchmarkRest(b *testing.B) {
	for _, members := range []int{2, 16, 100} {
		b.Run(fmt.Sprintf("members=%d", members), func(b *testing.B) {
			w := quietWorld(b, Options{}, members)
			const watched = 10 * time.Second
			sends, alarms, began := w.sends, w.alarms, time.Now()
			for b.Loop() {
				w.Run(watched)
			}
			each := float64(members) * float64(b.N) * watched.Seconds()
			b.ReportMetric(float64(w.sends-sends)/each, "messages/s/member")
			b.ReportMetric(float64(w.alarms-alarms)/each, "alarms/s/member")
			b.ReportMetric(100*time.Since(began).Seconds()/each, "%core/member")
		})
	}
}
