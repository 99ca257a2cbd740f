package node

import (
	"testing"
	"time"

	"crm/engine/graph"
)

// A member is killed and is back before the DC notices. What the DC wanted of
// the process before, and had taken of it, is nothing to the new one, which
// counts from one again: otherwise the DC waits for ever for results that the
// member takes for delivered (node/sim's seed 2615 of an earlier version).
func TestProcessesOfOneMemberAreToldApart(t *testing.T) {
	const reign = "r/1"
	start := time.Unix(1750000000, 0)
	member, err := New(Config{Name: "bob", Members: []string{"alice", "bob"}, Process: "new"}, start)
	if err != nil {
		t.Fatal(err)
	}
	dc, err := New(Config{Name: "alice", Members: []string{"alice", "bob"}, Process: "a"}, start)
	if err != nil {
		t.Fatal(err)
	}
	x := member.exec
	x.reign, x.dc = reign, "alice"
	dc.dc = &coordinator{reign: reign, members: map[string]*subject{}, lost: map[string]*subject{}, given: map[string]*given{}}
	bob := &subject{name: "bob", process: "old", taken: 50, early: map[uint64]*Update{}, hist: history{}, attrs: map[string]string{}, attrsVer: 7,
		changed: map[string]uint64{}, mirrors: map[string]uint64{}}
	dc.dc.members["bob"] = bob

	// What crosses while the DC does not know yet.
	order := Order{Key: "1:1:7:a", Action: &graph.Action{ID: 1, Operation: "monitor", Resource: &graph.ResourceRef{ID: "r0"}}}
	member.heardOrders("alice", &Orders{Reign: reign, Process: "old", List: []Order{order}})
	if len(x.running) > 0 {
		t.Error("the new process does what the old one was told")
	}
	member.heardAttrs("alice", &Attrs{Reign: reign, Process: "old", Version: 7, List: []graph.Attr{{Name: "shutdown", Value: "1"}}})
	if len(x.attrs) > 0 || x.attrsVer > 0 {
		t.Errorf("the new process has the old one's attributes: %v", x.attrs)
	}
	member.report(Update{Kind: UpdateDeleted, Key: "2:1:0:a", History: &ResourceHistory{ID: "r1"}})
	said := member.out[len(member.out)-1].(Send).Message.Updates
	before := len(dc.out)
	dc.heardUpdates("bob", said)
	if bob.taken != 50 || len(dc.out) > before {
		t.Errorf("the DC takes results of the new process for the old one's: up to %d, says %v", bob.taken, dc.out[before:])
	}
	member.heardTaken(&Taken{Reign: reign, Process: "old", Upto: 50})
	if len(x.updates) != 1 {
		t.Error("the new process forgets results because the old one's were taken")
	}
	dc.attrsKept("bob", &Attrs{Reign: reign, Process: "new", Version: 9, Kept: true})
	if bob.attrsAck != 0 {
		t.Error("what the new process keeps is taken for what the old one kept")
	}

	// And when it does.
	bob.process, bob.taken, bob.attrsVer = "new", 0, 0
	dc.heardUpdates("bob", said)
	taken := dc.out[len(dc.out)-1].(Send).Message.Taken
	member.heardTaken(taken)
	if bob.taken != 1 || len(x.updates) != 0 {
		t.Errorf("taken up to %d, and %d results left, want 1 and none", bob.taken, len(x.updates))
	}
	dc.dc.outbox = []*given{{key: order.Key, node: "bob", action: order.Action}}
	dc.flushOrders()
	member.heardOrders("alice", dc.out[len(dc.out)-1].(Send).Message.Orders)
	if len(x.running) != 1 {
		t.Error("the new process does not do what it is told")
	}
}
