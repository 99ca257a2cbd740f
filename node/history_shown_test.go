package node

import (
	"testing"

	"github.com/beevik/etree"
)

// What the CIB shows of a history is kept from one decision to the next, and
// made anew for what has changed; a CIB given out before stays as it was.
func TestHistoryShownAnew(t *testing.T) {
	h := history{}
	entry := func(id string, rc int) Entry { return Entry{ID: id, TransitionKey: "1:1:0:u", RC: rc} }
	h.put(&ResourceHistory{ID: "ip", Class: "ocf", Provider: "heartbeat", Type: "IPaddr2", Entries: []Entry{entry("ip_last_0", 0)}})
	h.put(&ResourceHistory{ID: "fs", Class: "lsb", Type: "fs", Entries: []Entry{entry("fs_last_0", 7)}})
	show := func() *etree.Element {
		state := etree.NewElement("node_state")
		new(historyWriter).history(state, "1", h)
		return state
	}
	codes := func(state *etree.Element) (all string) {
		for _, r := range state.FindElements("lrm/lrm_resources/lrm_resource") {
			all += r.SelectAttrValue("class", "") + r.SelectAttrValue("provider", ":")
			for _, op := range r.ChildElements() {
				all += " " + op.SelectAttrValue("id", "") + "=" + op.SelectAttrValue("rc-code", "")
			}
			all += ";"
		}
		return all
	}
	first := show()
	const before = "lsb: fs_last_0=7;ocfheartbeat ip_last_0=0;"
	if got := codes(first); got != before {
		t.Fatalf("%s, expected %s", got, before)
	}
	for _, c := range []struct {
		change func()
		want   string
	}{
		{func() {}, before},
		{func() {
			h.put(&ResourceHistory{ID: "ip", Class: "ocf", Provider: "own", Type: "IPaddr2", Entries: []Entry{entry("ip_last_0", 5)}})
		},
			"lsb: fs_last_0=7;ocfown ip_last_0=5;"},
		{func() {
			h.put(&ResourceHistory{ID: "fs", Class: "lsb", Type: "fs", Entries: []Entry{entry("fs_monitor_10", 0)}})
		},
			"lsb: fs_last_0=7 fs_monitor_10=0;ocfown ip_last_0=5;"},
		{func() { h.drop("fs", "fs_last_0") }, "lsb: fs_monitor_10=0;ocfown ip_last_0=5;"},
		{func() { delete(h, "fs") }, "ocfown ip_last_0=5;"},
	} {
		if c.change(); codes(show()) != c.want {
			t.Errorf("%s, expected %s", codes(show()), c.want)
		}
	}
	if got := codes(first); got != before {
		t.Errorf("the first CIB has become %s", got)
	}
}
