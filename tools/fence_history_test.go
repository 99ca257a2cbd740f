package tools

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"

	"crm/cib"
	"crm/node"
)

// fenceEventsOfATranscript are fencings, in the order they happened, whose lines are
// known from the original.
var fenceEventsOfATranscript = []node.FenceEvent{
	{Key: "1", Target: "node3", Action: "reboot", By: "node1", Client: "pacemaker-controld.62", Origin: "node2", Ended: 1795305781, OK: true},
	{Key: "2", Target: "node1", Action: "reboot", By: "node1", Client: "crm", Origin: "node2", Ended: 1795305790, Reason: "No such device"},
	{Key: "3", Target: "node2", Action: "reboot", By: "node1", Client: "crm", Origin: "node1", Ended: 1795305791, Reason: "timeout"},
	{Key: "4", Target: "node2", Action: "reboot", By: "node1", Client: "crm", Origin: "node1", Ended: 1795305799, OK: true},
	{Key: "5", Target: "node3", Action: "off", By: node.Human, Client: "stonith_admin.933", Origin: "node1", Ended: 1795305885, OK: true},
	{Key: "6", Target: "node2", Action: "reboot", By: "node1", Client: "pacemaker-fenced.61", Origin: "node1", Began: 1795305890},
}

func TestFencingSections(t *testing.T) {
	m := &monitor{fenceEvents: newestFirst(fenceEventsOfATranscript, ""), shown: map[string]bool{"fencing-pending": true, "fencing-succeeded": true}}
	for what, test := range map[string]struct{ got, want []string }{ // order: each alone
		"all": {m.fencings(), []string{
			"  * reboot of node2 for pacemaker-fenced.61@node1 last pending",
			"  * turning off of node3 by a human for stonith_admin.933@node1 successful at 2026-11-22 00:04:45Z",
			"  * reboot of node2 by node1 for crm@node1 successful at 2026-11-22 00:03:19Z",
			"  * reboot of node2 by node1 for crm@node1 last failed at 2026-11-22 00:03:11Z (timeout)",
			"  * reboot of node1 by node1 for crm@node2 last failed at 2026-11-22 00:03:10Z (No such device)",
			"  * reboot of node3 by node1 for pacemaker-controld.62@node2 successful at 2026-11-22 00:03:01Z",
		}},
		"failed, and not done later": {m.failedFencings(), []string{"  * reboot of node1 by node1 for crm@node2 last failed at 2026-11-22 00:03:10Z (No such device)"}},
		"pending":                    {m.pendingFencings(), []string{"  * reboot of node2 for pacemaker-fenced.61@node1 last pending"}},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	doc := etree.NewDocument()
	doc.SetRoot(m.fencingsXML())
	text := cib.Format(doc.Root())
	want := `<fence_event action="off" target="node3" client="stonith_admin.933" origin="node1" status="success" delegate="a human" completed="2026-11-22 00:04:45Z"/>`
	if !strings.Contains(text, want) || strings.Contains(text, "failed") || !strings.Contains(text, `status="pending"`) {
		t.Errorf("as XML:\n%s", text)
	}
	m.nodes = map[string]bool{"node1": true}
	if got := m.fencings(); len(got) != 1 {
		t.Errorf("of node1: %q", got)
	}
}

// rememberedFencings is a store that knows of fencings.
type rememberedFencings struct {
	fileStore
	done []node.Request
}

func (*rememberedFencings) fenceEvents() ([]node.FenceEvent, error) {
	return fenceEventsOfATranscript, nil
}

func (s *rememberedFencings) act(req node.Request, _ time.Duration) error {
	s.done = append(s.done, req)
	return nil
}

func TestFenceHistory(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"-H node3", "turning off of node3 successful: delegate=a human, client=stonith_admin.933, origin=node1, last-successful='2026-11-22 00:04:45Z'\n1 event found\n"},
		{"-H node3 -V", "turning off of node3 successful: delegate=a human, client=stonith_admin.933, origin=node1, completed='2026-11-22 00:04:45Z'\n" +
			"reboot of node3 successful: delegate=node1, client=pacemaker-controld.62, origin=node2, completed='2026-11-22 00:03:01Z'\n2 events found\n"},
		{"-H node1", "0 events found\n"},
		{"-H node3 -q", "1795305885\n"},
		{"-h node2", "Node node2 last fenced at: 2026-11-22 00:03:19Z\n"},
		{"-h node9", "Node node9 has never been fenced\n"},
		{"-B node3 -y 2s -T me", "reboot node3 2s me\n"},
		{"-F node3 -T me", "off node3 0s me\n"},
		{"-H * -c", "  0s \n"},
	} {
		s := &rememberedFencings{}
		var out, errs strings.Builder
		f := &fenceCall{std: Streams{Out: &out, Err: &errs}, set: map[string]bool{}, text: map[string]string{}, open: func() store { return s }}
		if code := f.call(strings.Fields(test.args)); code != 0 {
			t.Errorf("%s: code %d, %s", test.args, code, &errs)
		}
		for _, r := range s.done {
			fmt.Fprintln(&out, r.Value, r.Node, r.Wait, r.Note)
		}
		if diff := cmp.Diff(test.want, out.String()); diff != "" {
			t.Errorf("%s: %s", test.args, diff)
		}
	}
}

func TestFenceAdminRefuses(t *testing.T) {
	tell(t, []step{
		{FenceAdmin, "", 64, "", "no command is given", "", ""},
		{FenceAdmin, "-M", 64, "", "Please specify an agent", "", ""},
		{FenceAdmin, "-B bob -t soon", 64, "", `--timeout "soon", expected a time`, "", ""},
		{FenceAdmin, "-B bob", 102, "", "running cluster", "", ""},
		{FenceAdmin, "-L", 0, "0 fence devices found\n", "", "", ""},
		{FenceAdmin, "-Q x", 105, "", `no fence device "x"`, "", ""},
		{FenceAdmin, "-R x -a fence_virt", 69, "", "part of the configuration", "", ""},
	})
}
