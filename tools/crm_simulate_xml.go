package tools

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/beevik/etree"

	"crm/engine"
	"crm/engine/graph"
)

// The functions below write one part of a simulation each, in the words of
// Pacemaker's api-result schema.

func (s *simulation) statusXML(tag string, m *monitor) {
	e := s.xml.CreateElement(tag)
	v := m.view()
	e.AddChild(m.nodesXML(v))
	resources, _ := m.resourcesXML(v)
	e.AddChild(resources)
	if attributes := m.attributesXML(); s.attrs && len(attributes.Child) > 0 {
		e.AddChild(attributes)
	}
	if s.failcounts && len(m.online()) > 0 {
		m.historyXML(e.CreateElement("node_history"), false)
		if failures := m.failuresXML(); len(failures.Child) > 0 {
			e.AddChild(failures)
		}
	}
}

func (s *simulation) supposedXML(lines []string) {
	e := s.xml.CreateElement("modifications")
	if s.what.Quorum != "" {
		e.CreateAttr("quorum", s.what.Quorum)
	}
	if s.what.Watchdog != "" {
		e.CreateAttr("watchdog", s.what.Watchdog)
	}
	list := func(tag, action, name string, of []string) {
		for _, v := range of {
			c := e.CreateElement(tag)
			if action != "" {
				c.CreateAttr("action", action)
			}
			c.CreateAttr(name, v)
		}
	}
	list("modify_node", "Online", "node", s.what.NodeUp)
	list("modify_node", "Offline", "node", s.what.NodeDown)
	list("modify_node", "Failing", "node", s.what.NodeFail)
	list("modify_ticket", "Granting", "ticket", s.what.Grant)
	list("modify_ticket", "Revoking", "ticket", s.what.Revoke)
	list("modify_ticket", "Standby", "ticket", s.what.Standby)
	list("modify_ticket", "Activating", "ticket", s.what.Activate)
	injectedXML(e, lines)
}

// injectedXML tells of the results that are supposed, and of the attributes of
// nodes that were made up for each.
func injectedXML(e *etree.Element, lines []string) {
	for _, line := range lines {
		if m := injectedSpec().FindStringSubmatch(line); m != nil {
			attrs(e.CreateElement("inject_spec"), "spec", m[1])
		}
		if m := injectedAttr().FindStringSubmatch(line); m != nil {
			attrs(e.CreateElement("inject_attr"), "name", m[1], "value", m[2], "node_path", m[3], "cib_node", m[4])
		}
	}
}

// pattern is a regular expression that is compiled when it is used first:
// all names of the binary would pay for it at their start.
func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

var (
	injectedSpec   = pattern(`Injecting (\S.*) into the configuration$`)
	injectedAttr   = pattern(`Injecting attribute ([^=]+)=(.*) into (\S+) '(.*)'`)
	weightLine     = pattern(`^(\S+): (\S+) allocation score on (\S+): (\S+)$`)
	promotionLine  = pattern(`^(\S+) promotion score (?:on (\S+)|\(inactive\)): (\S+)$`)
	capacityLine   = pattern(`^(Original|Remaining): (\S+) capacity:(.*)$`)
	capacityInLine = pattern(`^(\S+): (\S+) utilization on (\S+):(.*)$`)
)

func (s *simulation) scoresXML(lines []string) {
	tag := "allocations"
	switch {
	case s.scores && s.utilization:
		tag = "allocations_utilizations"
	case s.utilization:
		tag = "utilizations"
	}
	e := s.xml.CreateElement(tag)
	for _, line := range lines {
		switch {
		case weightLine().MatchString(line):
			m := weightLine().FindStringSubmatch(line)
			attrs(e.CreateElement("node_weight"), "function", m[1], "node", m[3], "score", m[4], "id", m[2])
		case promotionLine().MatchString(line):
			m := promotionLine().FindStringSubmatch(line)
			c := e.CreateElement("promotion_score")
			attrs(c, "id", m[1], "score", m[3])
			if m[2] != "" {
				attrs(c, "node", m[2])
			}
		case capacityLine().MatchString(line):
			m := capacityLine().FindStringSubmatch(line)
			c := e.CreateElement("capacity")
			attrs(c, "node", m[2], "comment", m[1])
			amountsXML(c, m[3])
		case capacityInLine().MatchString(line):
			m := capacityInLine().FindStringSubmatch(line)
			c := e.CreateElement("utilization")
			attrs(c, "resource", m[2], "node", m[3], "function", m[1])
			amountsXML(c, m[4])
		}
	}
}

func amountsXML(e *etree.Element, text string) {
	for _, pair := range strings.Fields(text) {
		if name, value, ok := strings.Cut(pair, "="); ok {
			e.CreateElement(name).SetText(value)
		}
	}
}

func (s *simulation) plannedXML(planned []engine.Planned) {
	e := s.xml.CreateElement("actions")
	for _, p := range planned {
		if p.Resource == "" {
			attrs(e.CreateElement("node_action"), "task", p.Verb, "node", p.Node, "reason", p.Because)
			continue
		}
		plannedOneXML(e.CreateElement("rsc_action"), p)
	}
}

// plannedOneXML tells a resource's action; which of its attributes there are
// depends on what changes, as in the text.
func plannedOneXML(e *etree.Element, p engine.Planned) {
	roles := p.Role > engine.RoleStarted || p.NextRole > engine.RoleUnpromoted
	attrs(e, "action", strings.ToLower(p.Verb), "resource", p.Resource)
	if roles && (p.From != "" || p.To != "") {
		if p.To == "" || p.Role == p.NextRole && p.From != "" {
			attrs(e, "role", p.Role.String())
		} else {
			attrs(e, "role", p.Role.String(), "next-role", p.NextRole.String())
		}
	}
	switch {
	case p.From == "" && roles && p.Role != p.NextRole && p.Verb == "Promote":
		attrs(e, "dest", p.To)
	case p.From == "":
		attrs(e, "node", p.To)
	case p.To == "":
		attrs(e, "node", p.From)
	case p.From == p.To:
		attrs(e, "source", p.From)
	default:
		attrs(e, "source", p.From, "dest", p.To)
	}
	if p.Because != "" {
		attrs(e, "reason", p.Because)
	}
	if p.Blocked {
		attrs(e, "blocked", "true")
	}
}

func (s *simulation) stepsXML(done *engine.Simulation) {
	e := s.xml.CreateElement("transition")
	for _, step := range done.Steps {
		a := step.Action
		switch {
		case a.Kind == graph.Pseudo:
			c := e.CreateElement("pseudo_action")
			attrs(c, "task", a.Key)
			if a.Node != "" {
				attrs(c, "node", a.Node)
			}
		case a.Operation == "stonith":
			attrs(e.CreateElement("fencing_action"), "target", a.Node, "op", a.Attr("CRM_meta_stonith_action"))
		case a.Kind == graph.Cluster:
			c := e.CreateElement("cluster_action")
			attrs(c, "task", a.Operation, "node", a.Node)
			if step.Resource != "" {
				attrs(c, "id", step.Resource)
			}
		default:
			c := e.CreateElement("rsc_action")
			attrs(c, "resource", step.Resource, "op", a.Operation, "node", a.Node)
			if step.Interval != "" {
				attrs(c, "interval", step.Interval)
			}
			injectedXML(e, step.Injected)
		}
	}
}

// endXML writes the document with how it ended.
func (s *simulation) endXML(err error) {
	status := s.xml.CreateElement("status")
	var f *failure
	switch {
	case err == nil:
		attrs(status, "code", strconv.Itoa(exitOK), "message", "OK")
	case errors.As(err, &f) && f.code == exitError:
		attrs(status, "code", strconv.Itoa(exitError), "message", "Error occurred")
		s.problems = append(s.problems, err.Error())
	case errors.As(err, &f):
		attrs(status, "code", strconv.Itoa(f.code), "message", err.Error())
	default:
		attrs(status, "code", strconv.Itoa(exitError), "message", err.Error())
	}
	if len(s.problems) > 0 {
		errors := status.CreateElement("errors")
		for _, p := range s.problems {
			errors.CreateElement("error").SetText(p)
		}
	}
	doc := etree.NewDocument()
	doc.SetRoot(s.xml)
	doc.Indent(2)
	text, err := doc.WriteToString()
	if err == nil {
		fmt.Fprint(s.std.Out, text)
	}
}
