package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/cockroachdb/datadriven"

	"crm/cib"
	"crm/cib/crmtext"
	"crm/grammar"
)

// A scenario file describes small clusters in lines:
//
//	node NAME [online|offline|standby|shutdown|maintenance|unclean|unjoined|coming|nameless] [id=ID] [ATTRIBUTE=VALUE ...] [use:CAPACITY=N]
//	option NAME=VALUE
//	default NAME=VALUE                 a resource default
//	primitive ID [META=VALUE ...] [use:CAPACITY=N]
//	group ID MEMBER ... [META=VALUE ...]
//	clone ID CHILD [META=VALUE ...]
//	location ID RSC NODE SCORE [ROLE]
//	colocation ID DEPENDENT PRIMARY SCORE [ROLE ROLE]
//	did NODE RSC OPERATION[/INTERVAL] RC|pending [EXPECTED] [ATTRIBUTE=VALUE ...] what the history knows, in this order;
//	                                   an ATTRIBUTE= without a value is left out, agent= is the resource's
//	locked NODE RSC SINCE              a resource waits for a node that was shut down then
//	ticket NAME ATTRIBUTE=VALUE ...
//	quorum lost
//	<...>                              a resource, a constraint, a tag or resource defaults as XML
//	anything else of the crm language, as in "crm configure": primitives with an agent, constraints with
//	their score first, rsc_ticket, property ...
//
// "attributes of=KEY [on=NODE] [only=WORD]" tells what an action in the graph
// carries, "place" tells where everything goes, "scores" what the nodes are worth,
// "why rsc=ID" the reasons, "status" what is where now, "plan" what will
// become of resources and nodes, "steps" what is done for that, in order.
type scenario struct {
	nodes, options, defaults, resources, constraints, tags strings.Builder
	history                                                map[string]map[string][]string // by node and resource
	states                                                 []string
	members                                                map[string]string
	call                                                   int
	crm                                                    []string // lines of the crm language
	agents                                                 []string // of resources that no line of it is about
	tickets, moreDefaults                                  strings.Builder
	noQuorum                                               bool
	locks                                                  map[[2]string]string // by node and resource
}

func (s *scenario) line(t testing.TB, line string) {
	t.Helper()
	switch {
	case strings.HasPrefix(line, "<rsc_"):
		s.constraints.WriteString(line)
		return
	case strings.HasPrefix(line, "<meta_attributes"):
		s.moreDefaults.WriteString(line)
		return
	case strings.HasPrefix(line, "<tag"):
		s.tags.WriteString(line)
		return
	case strings.HasPrefix(line, "<"):
		s.resources.WriteString(line)
		return
	}
	if s.inCRM(strings.Fields(line)) {
		s.crm = append(s.crm, line)
		return
	}
	words, pairs := splitPairs(strings.Fields(line))
	switch words[0] {
	case "node":
		s.node(words[1:], pairs)
	case "option":
		s.options.WriteString(nvpairs("o", pairs))
	case "default":
		s.defaults.WriteString(nvpairs("d", pairs))
	case "primitive":
		pairs, use := splitUse(pairs)
		s.members[words[1]] = fmt.Sprintf(`<primitive id=%q class="ocf" provider="crm" type="Dummy">%s%s</primitive>`, words[1],
			metas(words[1], pairs), utilization(words[1], use))
		s.resources.WriteString("[" + words[1] + "]")
	case "group":
		var inside string
		for _, m := range words[2:] {
			inside += s.take(m)
		}
		s.members[words[1]] = fmt.Sprintf(`<group id=%q>%s%s</group>`, words[1], metas(words[1], pairs), inside)
		s.resources.WriteString("[" + words[1] + "]")
	case "clone":
		s.members[words[1]] = fmt.Sprintf(`<clone id=%q>%s%s</clone>`, words[1], metas(words[1], pairs), s.take(words[2]))
		s.resources.WriteString("[" + words[1] + "]")
	case "location":
		role := ""
		if len(words) > 5 {
			role = fmt.Sprintf(" role=%q", words[5])
		}
		fmt.Fprintf(&s.constraints, `<rsc_location id=%q rsc=%q node=%q score=%q%s/>`, words[1], words[2], words[3], words[4], role)
	case "colocation":
		roles := ""
		if len(words) > 6 {
			roles = fmt.Sprintf(" rsc-role=%q with-rsc-role=%q", words[5], words[6])
		}
		fmt.Fprintf(&s.constraints, `<rsc_colocation id=%q rsc=%q with-rsc=%q score=%q%s/>`, words[1], words[2], words[3], words[4], roles)
	case "did":
		s.did(t, words[1:], pairs)
	case "locked":
		s.locks = map[[2]string]string{{words[1], words[2]}: words[3]}
	case "ticket":
		fmt.Fprintf(&s.tickets, `<ticket_state id=%q%s/>`, words[1], attributesOf(pairs))
	case "quorum":
		s.noQuorum = true
	default:
		t.Fatalf("unknown line %q", line)
	}
}

// inCRM tells a line of the crm language from the short ones of scenarios,
// which name no agent and have their scores last.
func (s *scenario) inCRM(words []string) bool {
	switch words[0] {
	case "node", "option", "default", "did", "locked", "ticket", "quorum":
		return false
	case "primitive":
		return len(words) > 2 && !strings.Contains(words[2], "=") && strings.ContainsAny(words[2], ":@")
	case "location", "colocation":
		return slices.ContainsFunc(words, func(w string) bool { return strings.HasSuffix(w, ":") })
	case "group", "clone":
		return s.members[words[2]] == ""
	}
	return true
}

// splitPairs takes the NAME=VALUE words out.
func splitPairs(words []string) (rest []string, pairs [][2]string) {
	for _, w := range words {
		if name, value, ok := strings.Cut(w, "="); ok {
			pairs = append(pairs, [2]string{name, value})
		} else {
			rest = append(rest, w)
		}
	}
	return rest, pairs
}

func nvpairs(id string, pairs [][2]string) string {
	text := ""
	for _, p := range pairs {
		text += fmt.Sprintf(`<nvpair id="%s-%s" name=%q value=%q/>`, id, p[0], p[0], p[1])
	}
	return text
}

func metas(id string, pairs [][2]string) string {
	if len(pairs) == 0 {
		return ""
	}
	return fmt.Sprintf(`<meta_attributes id="%s-meta">%s</meta_attributes>`, id, nvpairs(id+"-meta", pairs))
}

// splitUse takes the capacities, use:NAME=VALUE, out.
func splitUse(pairs [][2]string) (rest, use [][2]string) {
	for _, p := range pairs {
		if name, ok := strings.CutPrefix(p[0], "use:"); ok {
			use = append(use, [2]string{name, p[1]})
		} else {
			rest = append(rest, p)
		}
	}
	return rest, use
}

func utilization(id string, use [][2]string) string {
	return fmt.Sprintf(`<utilization id="%s-use">%s</utilization>`, id, nvpairs(id+"-use", use))
}

// take moves a resource into another.
func (s *scenario) take(id string) string {
	text := s.resources.String()
	s.resources.Reset()
	s.resources.WriteString(strings.Replace(text, "["+id+"]", "", 1))
	return s.members[id]
}

func (s *scenario) node(words []string, pairs [][2]string) {
	name, state := words[0], "online"
	if len(words) > 1 {
		state = words[1]
	}
	switch state {
	case "standby", "maintenance":
		pairs = append(pairs, [2]string{state, "true"})
	case "shutdown":
		pairs = append(pairs, [2]string{"shutdown", "1"})
	}
	pairs, has := splitUse(pairs)
	id := name
	if i := slices.IndexFunc(pairs, func(p [2]string) bool { return p[0] == "id" }); i >= 0 {
		id = pairs[i][1]
		pairs = slices.Delete(pairs, i, i+1)
	}
	if state != "remote" {
		fmt.Fprintf(&s.nodes, `<node id=%q uname=%q>%s</node>`, id, name, utilization(name, has))
	}
	membership := `in_ccm="true" crmd="online" join="member" expected="member"`
	switch state {
	case "offline":
		membership = `in_ccm="false" crmd="offline" join="down" expected="down"`
	case "pending":
		membership = `in_ccm="true" crmd="online" join="pending" expected="member"`
	case "remote":
		membership = `remote_node="true"`
	case "unclean":
		membership = `in_ccm="false" crmd="offline" join="down" expected="member"`
	case "unjoined":
		membership = `in_ccm="true" crmd="online" expected="member"`
	case "coming":
		membership = `in_ccm="true" crmd="online"`
	}
	if state == "nameless" {
		s.states = append(s.states, fmt.Sprintf(`<node_state id=%q %s/>`, id, membership))
		return
	}
	s.states = append(s.states, fmt.Sprintf(`<node_state id=%q uname=%q %s><transient_attributes id=%q>`+
		`<instance_attributes id="%s-i">%s</instance_attributes></transient_attributes>{%s}</node_state>`,
		id, name, membership, id, id, nvpairs(id, pairs), name))
}

func (s *scenario) did(t testing.TB, words []string, pairs [][2]string) {
	t.Helper()
	node, rsc, op, rc := words[0], words[1], words[2], words[3]
	op, interval, _ := strings.Cut(op, "/")
	if interval == "" {
		interval = "0"
	}
	expected := map[string]string{"monitor": "7"}[op]
	if interval != "0" || expected == "" {
		expected = "0"
	}
	if len(words) > 4 {
		expected = words[4]
	}
	s.call++
	if s.history[node] == nil {
		s.history[node] = map[string][]string{}
	}
	call, status := s.call, "0"
	if rc == "pending" {
		call, status, rc = -1, "-1", "193"
	}
	key := "1:1:" + expected + ":11111111-2222-3333-4444-555555555555"
	for _, p := range pairs {
		if p[0] == "transition-key" {
			key = p[1]
		}
	}
	list := [][2]string{{"id", rsc + "_" + op + "_" + interval}, {"operation_key", rsc + "_" + op + "_" + interval}, {"operation", op},
		{"interval", interval}, {"call-id", strconv.Itoa(call)}, {"rc-code", rc}, {"op-status", status}, {"on_node", node},
		{"last-rc-change", strconv.Itoa(1000 + s.call)}, {"transition-key", key}, {"transition-magic", status + ":" + rc + ";" + key}}
	if interval == "0" {
		list = append(list, [2]string{"op-digest", "f2317cad3d54cec5d7d7aa7d0bf35cf8"}) // of no parameters
	}
	for _, p := range pairs {
		if p[0] == "agent" {
			s.agents = append(s.agents, "primitive "+rsc+" "+p[1])
			continue
		}
		list = slices.DeleteFunc(list, func(l [2]string) bool { return l[0] == p[0] })
		if p[1] != "" {
			list = append(list, p)
		}
	}
	s.history[node][rsc] = append(s.history[node][rsc], "<lrm_rsc_op"+attributesOf(list)+"/>")
}

// attributesOf writes pairs as XML attributes.
func attributesOf(pairs [][2]string) string {
	text := ""
	for _, p := range pairs {
		text += fmt.Sprintf(" %s=%q", p[0], p[1])
	}
	return text
}

// agent is that of a resource, as attributes.
func (s *scenario) agent(id string) string {
	for _, line := range slices.Concat(s.crm, s.agents) {
		words := strings.Fields(line)
		if words[0] != "primitive" || words[1] != strings.Split(id, ":")[0] || strings.HasPrefix(words[2], "@") {
			continue
		}
		parts := strings.Split(words[2], ":")
		if len(parts) == 2 {
			return fmt.Sprintf(`class=%q type=%q`, parts[0], parts[1])
		}
		return fmt.Sprintf(`class=%q provider=%q type=%q`, parts[0], parts[1], parts[2])
	}
	return `class="ocf" provider="crm" type="Dummy"`
}

func (s *scenario) document(t testing.TB) *cib.Document {
	t.Helper()
	resources := s.resources.String()
	for id, text := range s.members {
		resources = strings.Replace(resources, "["+id+"]", text, 1)
	}
	status := ""
	for _, state := range s.states {
		head, rest, _ := strings.Cut(state, "{")
		node, tail, _ := strings.Cut(rest, "}")
		lrm := ""
		var ids []string
		for id := range s.history[node] {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		for _, id := range ids {
			lock := ""
			if since := s.locks[[2]string{node, id}]; since != "" {
				lock = fmt.Sprintf(" shutdown-lock=%q", since)
			}
			lrm += fmt.Sprintf(`<lrm_resource id=%q %s%s>%s</lrm_resource>`, id, s.agent(id), lock, strings.Join(s.history[node][id], ""))
		}
		status += head + fmt.Sprintf(`<lrm id=%q><lrm_resources>%s</lrm_resources></lrm>`, node, lrm) + tail
	}
	doc, err := cib.Parse([]byte(fmt.Sprintf(`<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0" have-quorum="%t" dc-uuid="alice"><configuration><crm_config>`+
		`<cluster_property_set id="cib-options">%s</cluster_property_set></crm_config>`+
		`<nodes>%s</nodes><resources>%s</resources><constraints>%s</constraints><rsc_defaults><meta_attributes id="rsc-options">%s</meta_attributes>%s</rsc_defaults>`+
		`<tags>%s</tags></configuration><status>%s%s</status></cib>`,
		!s.noQuorum, s.options.String(), s.nodes.String(), resources, s.constraints.String(), s.defaults.String(), s.moreDefaults.String(), s.tags.String(), s.ticketStates(), status)))
	if err != nil {
		t.Fatal(err)
	}
	statements, faults := grammar.Parse(strings.Join(s.crm, "\n"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for _, st := range statements {
		if err := crmtext.Apply(doc, st); err != nil {
			t.Fatal(err)
		}
	}
	return doc
}

func (s *scenario) ticketStates() string {
	if s.tickets.Len() == 0 {
		return ""
	}
	return "<tickets>" + s.tickets.String() + "</tickets>"
}

// placementOf lists where every primitive goes.
func placementOf(o *Output) string {
	var b strings.Builder
	o.c.eachResource(func(r *Resource) {
		if !r.leaf() {
			return
		}
		at := "-"
		if r.Assigned != nil {
			at = r.Assigned.Name
		}
		fmt.Fprintf(&b, "%s: %s", r.ID, at)
		if r.NextRole == RolePromoted {
			b.WriteString(" promoted")
		}
		b.WriteString("\n")
	})
	return b.String()
}

// TestEveryScenarioNamesItsRule: the line above each cluster says which rule it
// shows, in the words of the manual (Pacemaker Explained), and no other cluster
// shows just that. So "grep '# rule:'" is the list of the rules.
func TestEveryScenarioNamesItsRule(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	shown := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		above := ""
		for i, line := range strings.Split(string(text), "\n") {
			if line == "cluster" || strings.HasPrefix(line, "cluster ") {
				place := fmt.Sprintf("%s:%d", file, i+1)
				rule, named := strings.CutPrefix(above, "# rule: ")
				if !named || rule == "" {
					t.Errorf("%s: the line above is no \"# rule: ...\"", place)
				} else if other := shown[rule]; other != "" {
					t.Errorf("%s: %q is shown by %s too", place, rule, other)
				}
				shown[rule] = place
			}
			above = line
		}
	}
	t.Log(len(shown), "rules")
}

func TestScenarios(t *testing.T) {
	datadriven.Walk(t, "testdata/scenarios", func(t *testing.T, path string) {
		var doc *cib.Document
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "cluster" {
				doc = scenarioDocument(t, d)
				return ""
			}
			return answer(t, d, doc)
		})
	})
}

// scenarioDocument is the CIB that a cluster's lines describe.
func scenarioDocument(t *testing.T, d *datadriven.TestData) *cib.Document {
	s := &scenario{history: map[string]map[string][]string{}, members: map[string]string{}}
	s.options.WriteString(nvpairs("base", [][2]string{{"stonith-enabled", strconv.FormatBool(d.HasArg("fencing"))}}))
	for line := range strings.Lines(d.Input) {
		if line = strings.TrimSpace(line); line != "" {
			s.line(t, line)
		}
	}
	return s.document(t)
}

func answer(t *testing.T, d *datadriven.TestData, doc *cib.Document) string {
	sit, err := Read(Input{CIB: doc, Now: time.Unix(5000, 0).UTC(), Scores: true, Explain: d.Cmd == "why"})
	if err != nil {
		t.Fatal(err)
	}
	if d.Cmd == "status" {
		return strings.Join(append(sit.Notices(), sit.StatusLines(true)...), "\n") + "\n"
	}
	o := sit.Decide()
	switch d.Cmd {
	case "place":
		return placementOf(o)
	case "plan":
		return listed(o.SummaryLines())
	case "steps":
		return listed(o.Simulate(nil).Lines)
	case "attributes":
		return attributesInGraph(t, d, o.Graph.XML())
	case "scores":
		lines := slices.Clone(o.ScoreLines())
		var rsc string
		d.MaybeScanArgs(t, "rsc", &rsc)
		lines = slices.DeleteFunc(lines, func(l string) bool {
			return rsc != "" && !strings.Contains(l, " "+rsc+" ") && !strings.HasPrefix(l, rsc+" ")
		})
		slices.Sort(lines)
		return strings.Join(lines, "\n") + "\n"
	case "why":
		var rsc, node string
		d.ScanArgs(t, "rsc", &rsc)
		d.MaybeScanArgs(t, "node", &node)
		list, err := o.Why(rsc)
		if err != nil {
			return err.Error() + "\n"
		}
		var lines []string
		for _, x := range list {
			lines = append(lines, x.Lines(node)...)
		}
		return strings.Join(lines, "\n") + "\n"
	}
	t.Fatalf("unknown command %s", d.Cmd)
	return ""
}

// attributesInGraph lists the attributes of an action in a graph's XML.
func attributesInGraph(t *testing.T, d *datadriven.TestData, text []byte) string {
	t.Helper()
	var of, on, only string
	d.ScanArgs(t, "of", &of)
	d.MaybeScanArgs(t, "on", &on)
	d.MaybeScanArgs(t, "only", &only)
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(text); err != nil {
		t.Fatal(err)
	}
	lines := []string{}
	for _, set := range doc.FindElements("//action_set/*") {
		if set.SelectAttrValue("operation_key", "") != of || on != "" && set.SelectAttrValue("on_node", "") != on {
			continue
		}
		for _, attributes := range set.SelectElements("attributes") {
			for _, a := range attributes.Attr {
				if strings.Contains(a.Key, only) && a.Key != "crm_feature_set" {
					lines = append(lines, strings.TrimSpace(a.Key+"="+a.Value))
				}
			}
		}
	}
	slices.Sort(lines)
	return listed(lines)
}

// listed are lines as a test expects them.
func listed(lines []string) string {
	if len(lines) == 0 {
		return "(nothing)\n"
	}
	return strings.Join(lines, "\n") + "\n"
}
