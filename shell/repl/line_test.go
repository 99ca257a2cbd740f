package repl

import (
	"testing"

	prompt "github.com/c-bata/go-prompt"
)

func TestTabTypesWhatIsCertain(t *testing.T) {
	for _, c := range []struct {
		before string
		list   []string
		want   string
	}{
		{"conf", []string{"configure"}, "igure "},
		{"configure", []string{"configure"}, " "},
		{"primitive x ocf:cr", []string{"ocf:crm:"}, "m:"},
		{"primitive x ocf:crm:D", []string{"ocf:crm:Directory", "ocf:crm:Dummy"}, ""},
		{"primitive x ocf:crm:P", []string{"ocf:crm:Ping", "ocf:crm:Pinger"}, "ing"},
		{"params c", []string{"command=", "check_url="}, ""},
		{"params com", []string{"command="}, "mand="},
		{"node ", []string{"standby", "status"}, "sta"},
		{"x", nil, ""},
		{"Conf", []string{"configure"}, ""}, // not what was typed: the list decides
		{"show ä", []string{"äé", "äè"}, ""},
	} {
		var list []prompt.Suggest
		for _, text := range c.list {
			list = append(list, prompt.Suggest{Text: text})
		}
		if got := certain(c.before, list); got != c.want {
			t.Errorf("Tab after %q with %q typed %q, want %q", c.before, c.list, got, c.want)
		}
	}
}

// TestHistoryHasWholeLines: a line that was typed in pieces is one in the
// history, and the library is made anew to know it.
func TestHistoryHasWholeLines(t *testing.T) {
	r := &reader{history: []string{"configure", `primitive a Dummy \`, "op monitor interval=10s"}}
	r.joined(1, "op monitor interval=10s")
	if r.passed || len(r.history) != 3 {
		t.Errorf("a line in one piece changed the history: %q", r.history)
	}
	r.joined(2, "primitive a Dummy op monitor interval=10s")
	if len(r.history) != 2 || r.history[1] != "primitive a Dummy op monitor interval=10s" || !r.passed {
		t.Errorf("%q, made anew: %v", r.history, r.passed)
	}
}
