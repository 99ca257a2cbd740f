package shell

import (
	"strings"
	"testing"
)

// TestArgumentsAreCompleted: what may follow a command, and what no longer.
func TestArgumentsAreCompleted(t *testing.T) {
	s := newScene(twoNodes, Options{})
	if err := s.Exec(t.Context(), "configure primitive a Dummy"); err != nil {
		t.Fatal(err)
	}
	if err := s.Exec(t.Context(), "configure rsc_ticket k ticketA: a"); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ line, want string }{
		{"configure template new x apache params ", "id= ip= configfile= statusurl="},
		{"configure template new x apache params id=a ", "ip= configfile= statusurl="},
		{"configure load ", "update replace push xml haresources"},
		{"configure load xml ", "update replace push"},
		{"configure load update ", ""},
		{"configure delete a --", "--force"},
		{"cibstatus ticket ", "ticketA"},
		{"resource secret a s", "set stash show sync"},
		{"configure graph dot w.svg s", "svg"},
	} {
		var got []string
		for _, c := range s.Complete(t.Context(), tt.line) {
			got = append(got, c.Text)
			if c.Meaning == "" && strings.Contains(tt.line, "params") {
				t.Errorf("%s: %s has no meaning beside it", tt.line, c.Text)
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %q, want %q", tt.line, strings.Join(got, " "), tt.want)
		}
	}
}

// TestAgentsByShorterNames: the provider may be left out, and the daemons of
// Pacemaker stand for their options.
func TestAgentsByShorterNames(t *testing.T) {
	s := newScene(twoNodes, Options{})
	for line, want := range map[string]string{"ra info ocf:Dummy": "ocf:heartbeat:Dummy", "ra info Dummy ocf": "ocf:heartbeat:Dummy",
		"ra info crmd": "cluster-recheck-interval", "ra info stonithd": "pcmk_host_map"} {
		if err := s.Exec(t.Context(), line); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		if said := s.said(); !strings.Contains(said, want) {
			t.Errorf("%s: nothing of %s in %s", line, want, said)
		}
	}
}
