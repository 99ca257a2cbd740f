package tools

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"crm/cib"
	"crm/engine"
)

// renamed are the options that got new names after 2.1.5.
var renamed = []struct{ now, then string }{
	{`name="fencing-(enabled|action|timeout|max-attempts|watchdog-timeout)"`, `name="stonith-$1"`},
	{`name="stop-removed-resources"`, `name="stop-orphan-resources"`},
	{`name="(?:cancel|stop)-removed-actions"`, `name="stop-orphan-actions"`},
}

// scheduled gives some of the scheduler's cases whose answers are the same in
// 2.1.5 and now, spread over all of them, in 2.1.5's words.
func scheduled(t *testing.T, step int) map[string][]byte {
	t.Helper()
	dir := corpus(t)
	list, err := os.ReadFile(filepath.Join(dir, "..", "..", "spec", "engine", "actions", "check", "oracle-agrees.txt"))
	if err != nil {
		t.Skip("the list of cases that did not change since 2.1.5 is not here")
	}
	inputs := map[string][]byte{}
	for i, name := range strings.Fields(string(list)) {
		if i%step != 0 {
			continue
		}
		text := read(t, filepath.Join(dir, "xml", name+".xml"))
		for _, r := range renamed {
			text = regexp.MustCompile(r.now).ReplaceAll(text, []byte(r.then))
		}
		inputs[name] = text
	}
	return inputs
}

// cast are names from a CIB for what-ifs.
type cast struct {
	node, other    string
	rsc, at, every string // an active primitive, its node, its monitor's interval in ms
	idle           string // a primitive that runs nowhere
	ticket         string
}

func castOf(t *testing.T, text []byte) cast {
	t.Helper()
	doc, err := cib.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	sit, err := engine.Read(engine.Input{CIB: doc, Now: time.Unix(1750000000, 0)})
	if err != nil {
		t.Fatal(err)
	}
	c := cast{node: "n1", other: "n2", rsc: "r1", at: "n1", every: "10000", idle: "r2", ticket: "ticketA"}
	for i, n := range sit.Nodes() {
		if i == 0 {
			c.node = n.Name
		}
		c.other = n.Name
	}
	for _, e := range doc.Root().FindElements("//rsc_ticket") {
		c.ticket = cib.Attr(e, "ticket")
	}
	for _, r := range slices.Backward(sit.Resources()) {
		c.see(r)
	}
	return c
}

func (c *cast) see(r *engine.Resource) {
	for _, child := range r.Children {
		c.see(child)
	}
	if r.Kind != engine.KindPrimitive || r.Element() == nil {
		return
	}
	if len(r.Active) == 0 {
		c.idle = r.ShownName()
		return
	}
	c.rsc, c.at, c.every = r.ShownName(), r.Active[0].Name, "10000"
	for op := range cib.Children(cib.Child(r.Element(), "operations"), "op") {
		if span, err := time.ParseDuration(cib.Attr(op, "interval")); err == nil && cib.Attr(op, "name") == "monitor" {
			c.every = strconv.FormatInt(span.Milliseconds(), 10)
		}
	}
}

func simulateTrials(c cast) []trial {
	var list []trial
	add := func(line string) {
		line = strings.NewReplacer("$node", c.node, "$other", c.other, "$rsc", c.rsc, "$at", c.at, "$ms", c.every,
			"$idle", c.idle, "$ticket", c.ticket).Replace(line)
		list = append(list, trial{name: line, words: strings.Fields("-x {in} " + line)})
	}
	for _, line := range strings.Split(strings.TrimSpace(simulateLines), "\n") {
		add(line)
		if !strings.Contains(line, "output-as") && len(list)%2 == 0 {
			add(line + " --output-as=xml")
		}
	}
	return list
}

const simulateLines = `
-R
-S
-S --output-as=xml
-s
-s -S
-sSQ
-sSQ --text-fancy
-U
-U -S
-UQ
-sU
-sUQ
-sU --output-as=xml
-U --output-as=xml
-s --output-as=xml
-Q
-QS
-A
-A --output-as=xml
-c
-c --output-as=xml
-A -c -S
-j
-X
-D {dir}/dot
-a -D {dir}/dot
-G {dir}/graph
-I {dir}/before
-S -O {dir}/after
-O {dir}/after
-S -I {dir}/before -O {dir}/after -u $node
-S -u $node
-S -d $node
-S -d $other --output-as=xml
-S -f $node
-R -f $other
-S -f $node --output-as=xml
-S -u newcomer -I {dir}/before
-S -d nobody
-S -f nobody
-S -q 0
-S -q 0 -d $node
-S -q true -w true
-S -w 1 --output-as=xml
-S -w 0
-S -g $ticket -I {dir}/before
-S -r $ticket
-S -b $ticket
-S -e $ticket
-S -g $ticket -b $ticket --output-as=xml
-S -i $rsc_monitor_$ms@$at=7 -I {dir}/before
-S -i $rsc_monitor_0@$at=1 -O {dir}/after
-i $rsc_start_0@$at=1
-i $rsc_stop_0@$at=1
-i $rsc_stop_0@$at=1 --output-as=xml
-S -i $rsc_monitor_$ms@$at=7 --output-as=xml
-S -i $rsc_monitor_$ms@$at=7 -F $rsc_stop_0@$at=1
-S -i $rsc_monitor_$ms@$at=7 -F $rsc_stop_0@$at=1 -O {dir}/after
-S -i $rsc_monitor_$ms@$at=7 -F $rsc_stop_0@$at=1 --output-as=xml
-S -i $rsc_promote_0@$at=1
-S -i $idle_start_0@$node=0
-S -i $idle_monitor_0@$node=0
-S -i $idle_monitor_0@$other=5
-S -i $rsc_migrate_to_0@$at=1
-S -i nothing_start_0@$node=1
-S -i $rsc_start_0@nobody=1
-S -i nonsense
-S -F $idle_start_0@$node=1
-S -F $rsc_start_0@$other=1
-S -d $at -F $rsc_start_0@$other=1 -O {dir}/after
-S -d $at -F $rsc_start_0@$other=1 --output-as=xml
-S -t 2030-01-01
-S -t 2030-01-01T12:00:00+02:00 --output-as=xml
-S --output-to={dir}/text
-S --output-as=xml --output-to={dir}/xml
`

// TestConfirmSimulate asks crm_simulate 2.1.5 what ours is asked, about a few
// cases; about many when CRM_CONFIRM is "all".
func TestConfirmSimulate(t *testing.T) {
	real := peer(t, "crm_simulate")
	local := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = local })
	step := 1000
	if os.Getenv("CRM_CONFIRM") == "all" {
		step = 10
	}
	inputs := scheduled(t, step)
	for _, name := range sortedKeys(inputs) {
		text := inputs[name]
		for _, c := range simulateTrials(castOf(t, text)) {
			t.Run(fmt.Sprintf("%s/%s", name, c.name), func(t *testing.T) {
				t.Parallel()
				ours, theirs := c.ours(t, Simulate, text), c.inOldWords().theirs(t, real, text)
				if theirs.Code < 0 {
					t.Skip("2.1.5 aborts itself here")
				}
				newer(&ours, &theirs)
				ours.plain().compare(t, theirs.plain())
			})
		}
	}
}

// inOldWords asks 2.1.5 for text with headings where it would leave them out
// and newer versions do not.
func (c trial) inOldWords() trial {
	line := " " + strings.Join(c.words, " ")
	scores, use := strings.Contains(line, " -s"), strings.Contains(line, " -U") || strings.Contains(line, " -sU")
	if (scores || use) && !(scores && strings.Contains(line, "Q")) && !strings.Contains(line, "=xml") {
		c.words = append(c.words[:len(c.words):len(c.words)], "--text-fancy")
	}
	return c
}

// changed are the words that are others now than in 2.1.5. That fail counts
// are cleared when operations change, and that a start or stop that is supposed
// to have failed counts as INFINITY failures, is newer, too; so is that an
// instance that runs nowhere has no promotion score. An unknown node is told
// of by ours only.
var changed = []struct{ then, now string }{
	{`Allocation Scores`, `Assignment Scores`},
	{`pcmk__(\w+)_allocate`, `pcmk__${1}_assign`},
	{`pcmk__finalize_assignment`, `pcmk__assign_resource`},
	{`stonith-timeout="`, `fencing-timeout="`},
	{`transition_id="\d"`, ``},
	{`due to unrunnable (.* stop)\n`, "due to unmigrateable $1\n"},
	{`reason="unrunnable (\S* stop)"`, `reason="unmigrateable $1"`},
	{`(Invalid operation spec: |&quot;)nonsense.*?(</error>)`, `bad spec$2`},
	{` (on_node|uname|rsc-id)="[^"]*"`, ``},
	{`'error' \(`, `'error occurred' (`},
	{`exitstatus="error"`, `exitstatus="error occurred"`},
	{`promotion score (?:on none: 0|\(inactive\): -INFINITY)`, `promotion score of none`},
	{`(<promotion_score id="[^"]*" score=")(?:0|-INFINITY)"/>`, `${1}NONE"/>`},
	{`>\s*<errors>\s*<error>no node [^<]*</error>\s*</errors>\s*</status>`, `/>`},
	{`((?:fail-count-.*=|value="))(?:value\+\+|INFINITY)`, `${1}COUNT`},
	{`(name="fail-count-[^"]*" value=")[^"]*`, `${1}COUNT`},
}

// newer puts the outcome of 2.1.5 into the words of newer versions, and takes
// out of both what 2.1.5 does not have.
func newer(outcomes ...*outcome) {
	for _, o := range outcomes {
		o.Out = regexp.MustCompile(`.*clear_failcount.*\n`).ReplaceAllString(o.Out, "")
		for _, c := range changed {
			re := regexp.MustCompile(c.then)
			o.Out = re.ReplaceAllString(o.Out, c.now)
			for name, text := range o.Files { // order: each by itself
				o.Files[name] = re.ReplaceAllString(text, c.now)
			}
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m { // order: sorted below
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
