package tools

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"crm/cib"
	"crm/engine"
)

// monFlags are crm_mon's options (crm_mon(8) of Pacemaker 2.1).
var monFlags = []flag{
	{'1', "one-shot", false}, {'i', "interval", true}, {'r', "inactive", false}, {'n', "group-by-node", false},
	{'f', "failcounts", false}, {'A', "show-node-attributes", false}, {'o', "operations", false}, {'t', "timing-details", false},
	{'D', "hide-headers", false}, {'Q', "quiet", false}, {'s', "simple-status", false}, {'c', "tickets", false},
	{'L', "neg-locations", false}, {'R', "show-detail", false}, {'b', "brief", false}, {'m', "fence-history", true},
	{'X', "as-xml", false}, {0, "output-as", true}, {0, "output-to", true}, {0, "include", true}, {0, "exclude", true},
	{0, "node", true}, {0, "resource", true}, {'V', "verbose", false}, {'?', "help", false}, {'$', "version", false},
}

const monHelp = `usage: crm_mon [options]

Shows the cluster's state. Without -1 it goes on showing it until Ctrl-C.

 -1, --one-shot              show it once and end
 -i, --interval=TIME         how often to look again (default 5s)
 -r, --inactive              also resources that do not run
 -n, --group-by-node         resources by node
 -f, --failcounts            fail counts
 -A, --show-node-attributes  attributes of nodes
 -o, --operations            history of operations
 -t, --timing-details        the same with times
 -c, --tickets               tickets
 -D, --hide-headers          without the summary above
 -s, --simple-status         one line, for monitoring programs
 -X, --as-xml                as XML (also --output-as=xml)
 -?, --help                  this text
`

// monitor is one call of crm_mon.
type monitor struct {
	std   Streams
	store store
	on    map[string]bool
	args  []string
	every time.Duration
}

// Monitor is crm_mon: the cluster's state as text.
func Monitor(args []string, std Streams) int {
	m := &monitor{std: std, args: args, on: map[string]bool{}, every: 5 * time.Second}
	words, err := getopt(monFlags, args, m.set)
	switch {
	case err == nil && len(words) > 0:
		err = fmt.Errorf("unexpected word %q, expected only options", words[0])
	case err == nil && m.on["help"]:
		_, err := io.WriteString(std.Out, monHelp)
		return ended(std, "crm_mon", err)
	}
	if err != nil {
		return ended(std, "crm_mon", fail(exitUsage, "%w", err))
	}
	m.store = openStore()
	if m.on["one-shot"] || m.on["as-xml"] || m.on["simple-status"] {
		err = m.show()
	} else {
		err = m.follow()
	}
	if errors.Is(err, errUnwell) {
		return exitError // the line on the standard output says what
	}
	return ended(std, "crm_mon", err)
}

// errUnwell is the answer of --simple-status when something is wrong.
var errUnwell = errors.New("the cluster is not well")

func (m *monitor) set(long, value string) error {
	m.on[long] = true
	switch long {
	case "interval":
		if !strings.ContainsAny(value, "smh") {
			value += "s"
		}
		d, err := time.ParseDuration(value)
		if err != nil || d <= 0 {
			return fmt.Errorf("option -i: %q is no time, expected e.g. 5 or 5s", value)
		}
		m.every = d
	case "output-as":
		switch value {
		case "xml":
			m.on["as-xml"] = true
		case "text", "console":
		default:
			return fmt.Errorf("option --output-as: %q is not known, expected text or xml", value)
		}
	case "timing-details":
		m.on["operations"] = true
	}
	return nil
}

// follow shows the state again and again until it is interrupted.
func (m *monitor) follow() error {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(stop)
	for {
		fmt.Fprint(m.std.Out, "\x1b[H\x1b[2J") // home and clear
		if err := m.show(); err != nil {
			return err
		}
		select {
		case <-stop:
			return nil
		case <-time.After(m.every):
		}
	}
}

func (m *monitor) show() error {
	doc, err := m.store.read()
	if err != nil {
		return err
	}
	now := time.Now()
	sit, err := engine.Read(engine.Input{CIB: doc, Now: now, Sanitized: true})
	if err != nil {
		return fail(exitBadConfig, "%w", err)
	}
	switch {
	case m.on["simple-status"]:
		return m.simple(sit, doc)
	case m.on["as-xml"]:
		return m.xml(sit, doc, now)
	}
	m.text(sit, doc, now)
	return nil
}

func (m *monitor) text(sit *engine.Situation, doc *cib.Document, now time.Time) {
	out := &sections{w: m.std.Out}
	if !m.on["hide-headers"] {
		out.section("Cluster Summary", m.summary(sit, doc, now))
		for _, line := range sit.Notices() {
			out.line(line)
		}
	}
	if m.on["group-by-node"] {
		out.section("Node List", sit.ResourceLinesByNode())
		if m.on["inactive"] {
			out.section("Inactive Resources", sit.InactiveLines())
		}
	} else {
		out.section("Node List", orNone(sit.NodeLines(), "No nodes configured"))
		title := "Active Resources"
		if m.on["inactive"] {
			title = "Full List of Resources"
		}
		none := "No active resources"
		if m.on["inactive"] {
			none = "No resources"
		}
		out.section(title, orNone(sit.ResourceLines(m.on["inactive"]), none))
	}
	part := func(asked bool, title string, lines []string) {
		if asked && len(lines) > 0 {
			out.section(title, lines)
		}
	}
	part(m.on["show-node-attributes"], "Node Attributes", sit.AttributeLines())
	part(m.on["operations"], "Operations", sit.OperationLines(m.on["timing-details"]))
	if m.on["failcounts"] {
		out.section("Migration Summary", sit.FailCountLines())
	}
	part(true, "Failed Resource Actions", sit.FailureLines())
	part(m.on["tickets"], "Tickets", tickets(doc))
}

func orNone(lines []string, none string) []string {
	if len(lines) == 0 {
		return []string{"  * " + none}
	}
	return lines
}

// summary are the lines above the lists.
func (m *monitor) summary(sit *engine.Situation, doc *cib.Document, now time.Time) []string {
	root := doc.Root()
	quorum := "WITHOUT quorum"
	if cib.IsTrue(cib.Attr(root, "have-quorum")) {
		quorum = "with quorum"
	}
	dc := "NONE"
	if name := nameOfID(doc, cib.Attr(root, "dc-uuid")); name != "" {
		dc = name
	}
	if version, ok := doc.Property("dc-version"); ok && dc != "NONE" {
		dc += " (version " + version + ")"
	}
	if dc != "NONE" {
		dc += " - partition " + quorum
	}
	lines := []string{"  * Stack: " + m.stack(doc), "  * Current DC: " + dc}
	if !m.on["quiet"] {
		lines = append(lines, "  * Last updated: "+now.Format(time.ANSIC))
		if change := lastChange(doc); change != "" {
			lines = append(lines, "  * Last change:  "+change)
		}
	}
	nodes, instances, disabled, blocked := sit.Counts()
	text := fmt.Sprintf("  * %d resource instances configured", instances)
	if instances == 1 {
		text = "  * 1 resource instance configured"
	}
	if disabled > 0 && blocked > 0 {
		text += fmt.Sprintf(" (%d DISABLED, %d BLOCKED from further action due to failure)", disabled, blocked)
	} else if disabled > 0 {
		text += fmt.Sprintf(" (%d DISABLED)", disabled)
	} else if blocked > 0 {
		text += fmt.Sprintf(" (%d BLOCKED from further action due to failure)", blocked)
	}
	plural := "s"
	if nodes == 1 {
		plural = ""
	}
	return append(lines, fmt.Sprintf("  * %d node%s configured", nodes, plural), text)
}

// stack is what the members hear each other by.
func (m *monitor) stack(doc *cib.Document) string {
	if stack, ok := doc.Property("cluster-infrastructure"); ok {
		return stack
	}
	if _, live := m.store.(*daemonStore); live {
		return "heartbeat"
	}
	return "unknown"
}

// lastChange tells when the configuration was written, and by whom.
func lastChange(doc *cib.Document) string {
	root := doc.Root()
	text := cib.Attr(root, "cib-last-written")
	if text == "" {
		return ""
	}
	for _, part := range []struct{ word, attr string }{{"by", "update-user"}, {"via", "update-client"}, {"on", "update-origin"}} {
		if v := cib.Attr(root, part.attr); v != "" {
			text += " " + part.word + " " + v
		}
	}
	return text
}

func tickets(doc *cib.Document) []string {
	var lines []string
	for t := range cib.Children(cib.Child(doc.Status(), "tickets"), "ticket_state") {
		state := "revoked"
		if cib.IsTrue(cib.Attr(t, "granted")) {
			state = "granted"
		}
		if cib.IsTrue(cib.Attr(t, "standby")) {
			state += " (standby)"
		}
		lines = append(lines, "  * "+cib.ID(t)+"\t"+state)
	}
	slices.Sort(lines)
	return lines
}

// simple is one line in the way of monitoring programs; the exit code says
// the same.
func (m *monitor) simple(sit *engine.Situation, doc *cib.Document) error {
	online, offline := sit.Online()
	_, instances, _, _ := sit.Counts()
	_, hasDC := cib.LookupAttr(doc.Root(), "dc-uuid")
	var warnings []string
	if !hasDC {
		warnings = append(warnings, "No DC")
	}
	for _, n := range offline {
		warnings = append(warnings, "offline node: "+n)
	}
	if len(warnings) > 0 {
		fmt.Fprintln(m.std.Out, "CLUSTER WARN: "+strings.Join(warnings, ", "))
		return errUnwell
	}
	_, err := fmt.Fprintf(m.std.Out, "CLUSTER OK: %d nodes online, %d resource instances configured\n", len(online), instances)
	return err
}
