package tools

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"crm/cib"
	"crm/engine"
	"crm/node"
)

var monFlags = []flag{
	{'?', "help", false}, {0, "help-all", false}, {'$', "version", false}, {'V', "verbose", false}, {'Q', "quiet", false},
	{0, "output-as", true}, {0, "output-to", true}, {0, "text-fancy", false}, {'I', "include", true}, {'U', "exclude", true}, {0, "node", true}, {0, "resource", true},
	{'n', "group-by-node", false}, {'r', "inactive", false}, {'f', "failcounts", false}, {'o', "operations", false},
	{'t', "timing-details", false}, {'c', "tickets", false}, {'m', "fence-history?", true}, {'L', "neg-locations?", true},
	{'A', "show-node-attributes", false}, {'D', "hide-headers", false}, {'R', "show-detail", false}, {'b', "brief", false},
	{'s', "simple-status", false}, {'i', "interval", true}, {'1', "one-shot", false}, {'d', "daemonize", false}, {'p', "pid-file", true},
	{'E', "external-agent", true}, {'e', "external-recipient", true}, {'h', "as-html", true}, {'X', "as-xml", false},
	{'N', "disable-ncurses", false}, {'w', "web-cgi", false}, {'j', "pending", false},
}

const monHelp = `crm_mon - the state of the cluster
Usage: crm_mon [-1] [options]

 -1, --one-shot             show it once (else again whenever it was waited -i long)
 -i, --interval=TIME        how long to wait (5s)
 -r, --inactive             resources that do not run, too
 -n, --group-by-node        resources under their nodes
 -A, --show-node-attributes attributes of nodes
 -f, --failcounts           fail counts
 -o, --operations           the history of operations, -t with times
 -t, --timing-details, -c, --tickets, -L, --neg-locations
 -b, --brief, -R, --show-detail
 -D, --hide-headers         without the summary
 -I, --include, -U, --exclude=SECTIONS   what is shown (--include=list tells which there are)
     --node, --resource=NAME  only what has to do with it, or with what has this tag
 -s, --simple-status        one line, for monitoring systems
     --output-as=FORMAT     text, xml or html
     --output-to=FILE
 -X, --as-xml, -h, --as-html=FILE   the same, older
 -p, --pid-file=FILE        with the number of this process

The state is that of the running cluster, or of the file that CIB_file names.
`

// monitor is one call of crm_mon.
type monitor struct {
	std         Streams
	store       store
	words       []string
	set         map[string]bool
	text        map[string]string
	choices     [][2]string     // options that choose sections, with their values
	shown       map[string]bool // sections
	banned      []engine.Wish
	bansOf      string // how the ids of the bans begin that are shown
	every       time.Duration
	doc         *cib.Document
	sit         *engine.Situation
	nodes       map[string]bool // the names that are shown; nil is all
	resources   map[string]bool
	now         time.Time
	fenceEvents []node.FenceEvent // the newest first
	noHistory   error             // why there are none

	settled bool // operations under way are not told of
}

// Monitor is crm_mon: the state of the cluster as text or XML.
func Monitor(args []string, std Streams) int {
	m := &monitor{std: std, words: args, set: map[string]bool{}, text: map[string]string{}, every: 5 * time.Second}
	words, err := getopt(monFlags, args, m.take)
	if err == nil && len(words) > 0 {
		err = fmt.Errorf("unexpected word %q, expected only options", words[0])
	}
	if err == nil {
		err = m.prepare()
	}
	if err != nil {
		return ended(std, "crm_mon", fail(exitUsage, "%w", err))
	}
	if m.set["help"] || m.set["help-all"] {
		_, err := io.WriteString(std.Out, monHelp)
		return ended(std, "crm_mon", err)
	}
	if m.set["version"] {
		_, err := fmt.Fprintln(std.Out, "crm_mon of crm")
		return ended(std, "crm_mon", err)
	}
	m.store = openStore()
	if err = m.run(); errors.Is(err, errUnwell) {
		return exitError // the line on standard output says what it is
	}
	return ended(std, "crm_mon", err)
}

// errUnwell is the answer of --simple-status when something is wrong.
var errUnwell = errors.New("the cluster is not well")

func (m *monitor) prepare() error {
	switch {
	case m.set["as-xml"]:
		m.text["output-as"] = "xml"
	case m.set["as-html"]:
		m.text["output-as"], m.text["output-to"] = "html", m.text["as-html"]
	}
	switch m.text["output-as"] {
	case "", "text", "console":
	case "xml", "html":
		m.set["one-shot"] = m.set["one-shot"] || m.set["as-xml"] || m.text["output-to"] == ""
	default:
		return fmt.Errorf("output format %q, expected text, xml or html", m.text["output-as"])
	}
	if err := m.chooseAll(); err != nil {
		return err
	}
	if text := m.text["interval"]; text != "" {
		if seconds, err := strconv.Atoi(text); err == nil {
			text = strconv.Itoa(seconds) + "s"
		}
		every, err := time.ParseDuration(text)
		if err != nil || every < 0 {
			return fmt.Errorf("interval %q, expected a time like 5s", m.text["interval"])
		}
		if every > 0 {
			m.every = every
		}
	}
	return nil
}

// run shows the state once, or again and again until it is told to end.
func (m *monitor) run() error {
	if m.set["one-shot"] || m.set["simple-status"] {
		return m.show()
	}
	if path := m.text["pid-file"]; path != "" {
		if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o644); err != nil {
			return fail(exitCannotWrite, "%w", err)
		}
		defer os.Remove(path)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	defer stop()
	tick := time.NewTicker(m.every)
	defer tick.Stop()
	for {
		if err := m.show(); err != nil {
			fmt.Fprintln(m.std.Err, "crm_mon:", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// show reads the state and writes it; a file is replaced at once.
func (m *monitor) show() error {
	doc, err := m.store.read()
	if err != nil {
		return err
	}
	m.doc, m.now = doc, time.Now()
	if m.sit, err = engine.Read(engine.Input{CIB: doc, Now: m.now, Sanitized: true}); err != nil {
		return fail(exitBadConfig, "%w", err)
	}
	m.filter()
	if slices.ContainsFunc(fencingSections, func(name string) bool { return m.shown[name] }) {
		events, err := m.store.fenceEvents()
		m.fenceEvents, m.noHistory = newestFirst(events, ""), err
	}
	if m.shown["bans"] || m.shown["tickets"] {
		m.sit.ReadConstraints() // first of all: a lost ticket can ask for a node to be fenced
		m.banned = m.sit.Bans()
	}
	var text string
	switch {
	case m.set["simple-status"]:
		well, line := m.simple()
		if _, err = io.WriteString(m.std.Out, line); err == nil && !well {
			err = errUnwell
		}
		return err
	case m.text["output-as"] == "xml":
		text = cib.Format(m.asXML())
	case m.text["output-as"] == "html":
		text = m.asHTML()
	default:
		text = m.asText()
	}
	if path := m.text["output-to"]; path != "" && path != "-" {
		return m.replace(path, text)
	}
	_, err = io.WriteString(m.std.Out, text)
	return err
}

// filter makes of --node and --resource what is shown.
func (m *monitor) filter() {
	m.nodes, m.resources = nil, nil
	if m.set["node"] {
		m.nodes = m.wanted(m.text["node"])
	}
	if m.set["resource"] {
		m.resources = m.instances(m.wanted(m.text["resource"]))
	}
}

func (m *monitor) isNode(n *engine.Node) bool {
	return m.nodes == nil || m.nodes[n.Name] || m.nodes[n.ID]
}

func (m *monitor) isResource(r *engine.Resource) bool {
	return m.resources == nil || m.resources[r.ID] || m.resources[r.ConfigID]
}

func (m *monitor) replace(path, text string) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".crm_mon-*")
	if err != nil {
		return fail(exitCannotWrite, "%w", err)
	}
	_, err = file.WriteString(text)
	for _, step := range []func() error{func() error { return file.Chmod(0o644) }, file.Close, func() error { return os.Rename(file.Name(), path) }} {
		if err == nil {
			err = step()
		}
	}
	if err != nil {
		os.Remove(file.Name())
		return fail(exitCannotWrite, "%w", err)
	}
	return nil
}

// stamp is how the originals write a time.
const stamp = "Mon Jan _2 15:04:05 2006"

// section is a part of the text.
type section struct {
	name, title string // the name as --include knows it
	lines       func() []string
	always      bool // also without lines
}

func (m *monitor) asText() string {
	var b strings.Builder
	for _, s := range m.sections() {
		if !m.shown[s.name] {
			continue
		}
		lines := s.lines()
		if len(lines) == 0 && !s.always {
			continue
		}
		if b.Len() > 0 || s.name == "maint-mode" {
			b.WriteByte('\n')
		}
		if s.title != "" {
			b.WriteString(s.title + ":\n")
		}
		for _, line := range lines {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// sections are all parts of the text in their order.
func (m *monitor) sections() []section {
	m.shown["cluster"] = true // its lines are sections of their own
	v := m.view()
	list := []section{{"cluster", "Cluster Summary", m.summary, false}, {"maint-mode", "", m.maintenance, false}}
	if m.set["group-by-node"] {
		list = append(list, section{"nodes", "Node List", func() []string { return m.sit.ResourceLinesByNode(v) }, true})
		if m.set["inactive"] {
			list = append(list, section{"resources", "Inactive Resources", func() []string { return m.sit.InactiveLines(v) }, false})
		}
	} else {
		list = append(list, section{"nodes", "Node List", func() []string { return m.sit.NodeLines(v) }, false}, m.resourceSection(v))
	}
	failures := m.failures
	if m.set["show-detail"] {
		failures = m.failuresInFull
	}
	list = append(list, section{"attributes", "Node Attributes", m.attributes, false})
	history := len(m.online()) > 0 // it is told of nodes that are there
	if m.shown["operations"] {
		list = append(list, section{"operations", "Operations", m.operations, history})
	} else {
		list = append(list, section{"failcounts", "Migration Summary", m.failcounts, history})
	}
	list = append(list, section{"failures", "Failed Resource Actions", failures, false})
	if !m.shown["fencing-succeeded"] || m.noHistory != nil {
		list = append(list, section{"fencing-failed", "Failed Fencing Actions", m.failedFencings, false})
	}
	list = append(list, section{"tickets", "Tickets", m.tickets, false}, section{"bans", "Negative Location Constraints", m.bans, false})
	if m.shown["fencing-succeeded"] {
		return append(list, section{"fencing-succeeded", "Fencing History", m.fencings, false})
	}
	return append(list, section{"fencing-pending", "Pending Fencing Actions", m.pendingFencings, false})
}

// view is what the options ask for.
func (m *monitor) view() engine.View {
	v := engine.View{Inactive: m.set["inactive"], Detail: m.set["show-detail"], Brief: m.set["brief"]}
	if m.nodes != nil {
		v.Node = m.isNode
	}
	if m.resources != nil {
		v.Resource = m.isResource
	}
	return v
}

func (m *monitor) resourceSection(v engine.View) section {
	title, none := "Active Resources", "  * No active resources"
	if v.Inactive {
		title, none = "Full List of Resources", "  * No resources"
	}
	return section{"resources", title, func() []string {
		if lines := m.sit.ResourceLines(v); len(lines) > 0 {
			return lines
		}
		return []string{none}
	}, false}
}

// summary are the lines about the cluster as a whole. That it has no DC is said
// even when nobody asks.
func (m *monitor) summary() []string {
	var lines []string
	add := func(name string, text ...string) {
		if m.shown[name] {
			lines = append(lines, text...)
		}
	}
	add("stack", "  * Stack: "+m.stack())
	if dc := m.dc(); dc == nil {
		lines = append(lines, "  * Current DC: NONE")
	} else {
		add("dc", "  * Current DC: "+m.dcText(dc))
	}
	add("times", m.times()...)
	add("counts", "  * "+counts(len(m.sit.Nodes()), "node")+" configured", m.instancesText())
	add("options", m.options()...)
	return lines
}

func (m *monitor) dcText(dc *engine.Node) string {
	name := dc.Name
	if m.set["show-detail"] && dc.ID != name {
		name += " (" + dc.ID + ")"
	}
	if version, ok := m.doc.Property("dc-version"); ok || !m.isOurs() {
		name += " (version " + orElse(version, "unknown") + ")"
	}
	quorum := "partition WITHOUT quorum"
	if cib.IsTrue(cib.Attr(m.doc.Root(), "have-quorum")) {
		quorum = "partition with quorum"
	}
	if m.mixed() {
		quorum = "MIXED-VERSION " + quorum
	}
	return name + " - " + quorum
}

// times are when the state was read, and when its configuration changed.
func (m *monitor) times() []string {
	lines := []string{"  * Last updated: " + m.now.Format(stamp)}
	root := m.doc.Root()
	line := "  * Last change:  " + cib.Attr(root, "cib-last-written")
	for _, who := range [][2]string{{"by", "update-user"}, {"via", "update-client"}, {"on", "update-origin"}} {
		if value := cib.Attr(root, who[1]); value != "" {
			line += " " + who[0] + " " + value
		}
	}
	return append(lines, line)
}

func (m *monitor) instancesText() string {
	_, instances, disabled, blocked := m.sit.Counts()
	line := "  * " + counts(instances, "resource instance") + " configured"
	switch {
	case disabled > 0 && blocked > 0:
		line += fmt.Sprintf(" (%d DISABLED, %d BLOCKED from further action due to failure)", disabled, blocked)
	case disabled > 0:
		line += fmt.Sprintf(" (%d DISABLED)", disabled)
	case blocked > 0:
		line += fmt.Sprintf(" (%d BLOCKED from further action due to failure)", blocked)
	}
	return line
}

// maintenance tells that the whole cluster is not managed, or kept down.
func (m *monitor) maintenance() []string {
	switch {
	case m.truth("false", "maintenance-mode"):
		return []string{"              *** Resource management is DISABLED ***", "  The cluster will not attempt to start, stop or recover services"}
	case m.truth("false", "stop-all-resources"):
		return []string{"    *** Resource management is DISABLED ***", "  The cluster will keep all resources stopped"}
	}
	return nil
}

// stack is what the members hear each other by; our own ring is heartbeat's.
func (m *monitor) stack() string {
	if stack, ok := m.doc.Property("cluster-infrastructure"); ok {
		return stack
	}
	if m.isOurs() {
		return "heartbeat"
	}
	return "unknown"
}

// isOurs tells a CIB of our own daemon, which writes its name into the states
// of nodes and no properties about itself.
func (m *monitor) isOurs() bool {
	for state := range cib.Children(m.doc.Status(), "node_state") {
		if cib.Attr(state, "crm-debug-origin") == "crm" {
			return true
		}
	}
	return false
}

func counts(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func (m *monitor) dc() *engine.Node {
	for _, n := range m.sit.Nodes() {
		if n.DC {
			return n
		}
	}
	return nil
}

// mixed tells whether nodes of several versions are in the cluster.
func (m *monitor) mixed() bool {
	seen := ""
	for _, n := range m.sit.Nodes() {
		version := orElse(n.Attr("#feature-set"), "older than any that says so")
		if !n.Online || n.Remote {
			continue
		}
		if seen != "" && version != seen {
			return true
		}
		seen = version
	}
	return false
}

// simple is one line for monitoring systems.
func (m *monitor) simple() (well bool, line string) {
	online, standby, maintenance := 0, 0, 0
	var offline []string
	for _, n := range m.sit.Nodes() {
		switch {
		case !n.Online:
			offline = append(offline, n.Name)
		case n.Maintenance:
			maintenance++
		case n.Standby || n.FailStandby:
			standby++
		default:
			online++
		}
	}
	var problems []string
	if m.dc() == nil {
		problems = append(problems, "No DC")
	}
	for i, name := range offline {
		offline[i] = "offline node: " + name
	}
	if len(offline) > 0 {
		problems = append(problems, strings.Join(offline, " "))
	}
	if len(problems) > 0 {
		return false, "CLUSTER WARN: " + strings.Join(problems, ", ") + "\n"
	}
	line = "CLUSTER OK: " + counts(online, "node") + " online"
	if standby > 0 {
		line += ", " + counts(standby, "standby node")
	}
	if maintenance > 0 {
		line += ", " + counts(maintenance, "maintenance node")
	}
	_, instances, _, _ := m.sit.Counts()
	return true, line + ", " + counts(instances, "resource instance") + " configured\n"
}
