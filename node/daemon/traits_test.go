package daemon

import (
	"fmt"
	"os"
	"testing"

	"crm/node/control"
	"crm/node/wire"
)

// TestWeightAndSiteAreToldByAll: what one member is told of a node all tell
// their clients; a weight that is no number and a node that is none change
// nothing.
func TestWeightAndSiteAreToldByAll(t *testing.T) {
	w := newWorld(t, "alice", "bob")
	for _, name := range w.names {
		w.ringUntil(name, func(r control.Ring) bool { return r.Nodes[0].State == "active" && r.Nodes[1].State == "active" })
	}
	tell := func(action, name, value string) error {
		return w.members["alice"].client.Move(t.Context(), control.Move{Action: action, Nodes: []string{name}, Set: value})
	}
	for _, c := range []struct {
		action, node, value string
		ok                  bool
	}{
		{control.MoveWeight, "bob", "250", true}, {control.MoveSite, "bob", "paris", true}, {control.MoveSite, "alice", "south of rome", true},
		{control.MoveWeight, "bob", "much", false}, {control.MoveWeight, "bob", "-3", false}, {control.MoveWeight, "bob", "4294967296", false},
		{control.MoveWeight, "nobody", "1", false}, {control.MoveSite, "nobody", "rome", false}, {control.MoveSite, "bob", "two\nlines", false},
	} {
		if err := tell(c.action, c.node, c.value); (err == nil) != c.ok {
			t.Errorf("%s %s %q: %v", c.action, c.node, c.value, err)
		}
	}
	for _, name := range w.names {
		r := w.ringUntil(name, func(r control.Ring) bool { return r.Nodes[0].Site == "south of rome" })
		if a, b := r.Nodes[0], r.Nodes[1]; a.Weight != "100" || b.Weight != "250" || b.Site != "paris" {
			t.Errorf("%s tells %+v", name, r.Nodes)
		}
		pid := fmt.Sprint(os.Getpid())
		conn := w.client(name, pid)
		for kind, want := range map[string]string{"nodeweight": "250", "nodesite": "paris"} {
			frame(t, conn, wire.New("hbapi-req").Add("reqtype", kind).Add("pid", pid).Add("from_id", pid).Add("node", "bob"))
			if m := hear(t, conn, "hbapi-resp"); m.Get(kind[len("node"):]) != want {
				t.Errorf("%s tells its client %v, want %s", name, m, want)
			}
		}
	}
}
