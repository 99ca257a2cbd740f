package daemon

import (
	"testing"
	"time"

	"crm/cib"
)

// stopped ends a member cleanly and fails when that takes too long.
func (w *world) stopped(name string) {
	w.t.Helper()
	m := w.members[name]
	delete(w.members, name)
	defer m.now()
	m.stop()
	select {
	case err := <-m.ended:
		if err != nil {
			w.t.Errorf("clean stop of %s: %v", name, err)
		}
	case <-time.After(20 * time.Second):
		w.t.Errorf("clean stop of %s does not end", name)
		m.now()
		<-m.ended
	}
}

func TestTheLastMemberStopsToo(t *testing.T) {
	w := newWorld(t, "alice", "bob", "carol")
	w.commit("alice", dummy("d"))
	w.until("d runs", "alice", func(doc *cib.Document) bool { return len(activeOn(doc, "d")) == 1 })
	w.stopped("alice")
	w.stopped("bob")
	w.stopped("carol")
}

func TestAMemberWhoseOthersDiedStops(t *testing.T) {
	w := newWorld(t, "alice", "bob", "carol")
	w.commit("alice", dummy("d"))
	w.until("d runs", "alice", func(doc *cib.Document) bool { return len(activeOn(doc, "d")) == 1 })
	w.kill("alice")
	w.kill("bob")
	w.stopped("carol")
}

func TestAMemberThatNeverMetTheOthersStops(t *testing.T) {
	w := newWorld(t, "alice", "bob", "carol")
	w.kill("alice")
	w.kill("bob")
	w.kill("carol")
	w.start("carol")
	w.stopped("carol")
}
