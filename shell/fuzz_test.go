package shell

import (
	"strings"
	"testing"
)

var grouped = strings.Replace(twoNodes, "<resources/>", `<resources><group id="b"><primitive id="a" class="ocf" provider="heartbeat" type="Dummy">`+
	`<operations><op id="a-m" name="monitor" interval="5s"/></operations></primitive></group></resources>`, 1)

// FuzzExec types any line: it may fail, but not crash, and Complete with it.
func FuzzExec(f *testing.F) {
	eachCommand(Root(), "", func(path string, c *Command) {
		for _, args := range []string{"", " a set b=c d", " a b c d e f"} {
			f.Add(path + args)
		}
	})
	f.Add("configure\nprimitive x Dummy params a=1 op monitor\ncommit")
	f.Fuzz(func(t *testing.T, line string) {
		if len(line) > 2000 {
			return
		}
		s := newScene(grouped, Options{})
		_ = s.Exec(t.Context(), line)
		_ = s.Close(t.Context())
		s.Complete(t.Context(), strings.ReplaceAll(line, "\n", " "))
	})
}
