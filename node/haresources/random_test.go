package haresources

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crm/node/haconf"
)

// TestNeverTwice lets members come, go, die, fail and be told to move at any
// moment, with no cut: nothing ever runs on two of them, and in the end, when
// all scripts work again and all members have started anew, each group runs.
func TestNeverTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes := []string{"a", "b", "c"}[:rapid.IntRange(2, 3).Draw(t, "nodes")]
		failback := rapid.SampledFrom([]haconf.Failback{haconf.FailbackOn, haconf.FailbackOff}).Draw(t, "failback")
		w := newWorld(t.Fatalf, nodes, failback, "a x y\nb z\n")
		var told strings.Builder
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			name := rapid.SampledFrom(nodes).Draw(t, "node")
			verb := rapid.SampledFrom([]string{"start", "stop", "kill", "standby", "takeover", "break", "mend"}).Draw(t, "verb")
			if up := w.members[name] != nil; up == (verb == "start") && verb != "break" && verb != "mend" || !up && verb != "start" {
				continue
			}
			words := []string{verb, name}
			switch verb {
			case "standby", "takeover":
				words = append(words, rapid.SampledFrom([]string{"all", "local", "foreign"}).Draw(t, "set"))
			case "break", "mend":
				words = append(words, rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "script"), "start")
			}
			fmt.Fprintln(&told, w.now, words)
			w.command(words)
			w.pass(time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms")) * time.Millisecond)
			if verb == "kill" {
				w.pass(2 * deadTime) // a member that starts again before it was missed stops its leftovers first
			}
		}
		clear(w.broken)
		w.pass(30 * time.Second)
		for _, name := range nodes {
			if w.members[name] != nil {
				w.command([]string{"stop", name})
			}
		}
		w.pass(30 * time.Second)
		for _, name := range nodes {
			w.command([]string{"start", name})
			w.pass(5 * time.Second)
		}
		if log := w.log.String(); strings.Contains(log, "TWICE") {
			t.Fatalf("%s\n%s", told.String(), log)
		}
		where := w.where()
		if slices.ContainsFunc([]string{"x", "y", "z"}, func(s string) bool { return strings.Count(where, s) != 1 }) ||
			strings.Contains(where, "transition") {
			t.Fatalf("%s\n%s\n%s", told.String(), w.log.String(), where)
		}
	})
}
