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
