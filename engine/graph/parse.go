package graph

import (
	"fmt"
	"strconv"

	"github.com/beevik/etree"
)

// Parse reads a transition from its XML form. The error names the synapse
// that cannot be understood.
func Parse(text []byte) (*Transition, error) {
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(text); err != nil {
		return nil, fmt.Errorf("read transition graph: %w", err)
	}
	root := doc.Root()
	if root == nil || root.Tag != "transition_graph" {
		return nil, fmt.Errorf("read transition graph: root element is not <transition_graph>")
	}
	t := &Transition{
		ClusterDelay:      root.SelectAttrValue("cluster-delay", ""),
		FencingTimeout:    root.SelectAttrValue("fencing-timeout", root.SelectAttrValue("stonith-timeout", "")),
		FailedStopOffset:  root.SelectAttrValue("failed-stop-offset", ""),
		FailedStartOffset: root.SelectAttrValue("failed-start-offset", ""),
		BatchLimit:        root.SelectAttrValue("batch-limit", ""),
		MigrationLimit:    root.SelectAttrValue("migration-limit", ""),
	}
	var err error
	if t.ID, err = number(root, "transition_id"); err != nil {
		return nil, err
	}
	recheck, err := number(root, "recheck-by")
	if err != nil {
		return nil, err
	}
	t.RecheckBy = int64(recheck)
	for _, e := range root.SelectElements("synapse") {
		s, err := parseSynapse(e)
		if err != nil {
			return nil, fmt.Errorf("read transition graph: synapse %q: %w", e.SelectAttrValue("id", ""), err)
		}
		t.Synapses = append(t.Synapses, s)
	}
	return t, nil
}

// number reads an attribute that is a whole number; a missing one is 0.
func number(e *etree.Element, name string) (int, error) {
	text := e.SelectAttrValue(name, "0")
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("attribute %s of <%s> is %q, expected a whole number", name, e.Tag, text)
	}
	return n, nil
}

func parseSynapse(e *etree.Element) (*Synapse, error) {
	s := &Synapse{}
	var err error
	if s.ID, err = number(e, "id"); err != nil {
		return nil, err
	}
	if s.Priority, err = number(e, "priority"); err != nil {
		return nil, err
	}
	set := e.SelectElement("action_set")
	if set == nil || len(set.ChildElements()) != 1 {
		return nil, fmt.Errorf("expected <action_set> with exactly one action")
	}
	if s.Action, err = parseAction(set.ChildElements()[0]); err != nil {
		return nil, err
	}
	if inputs := e.SelectElement("inputs"); inputs != nil {
		for _, trigger := range inputs.SelectElements("trigger") {
			for _, stub := range trigger.ChildElements() {
				in, err := parseAction(stub)
				if err != nil {
					return nil, err
				}
				s.Inputs = append(s.Inputs, in)
			}
		}
	}
	return s, nil
}

func parseAction(e *etree.Element) (*Action, error) {
	a := &Action{}
	for _, at := range e.Attr {
		switch at.Key {
		case "id":
			id, err := strconv.Atoi(at.Value)
			if err != nil {
				return nil, fmt.Errorf("id of <%s> is %q, expected a whole number", e.Tag, at.Value)
			}
			a.ID = id
		case "mode":
			a.Mode = at.Value
		case "operation":
			a.Operation = at.Value
		case "operation_key":
			a.Key = at.Value
		case "internal_operation_key":
			a.InternalKey = at.Value
		case "on_node":
			a.Node = at.Value
		case "on_node_uuid":
			a.NodeUUID = at.Value
		case "router_node":
			a.Router = at.Value
		case "shutdown-lock":
			a.ShutdownLock = at.Value
		}
	}
	switch e.Tag {
	case "pseudo_event":
		a.Kind = Pseudo
	case "rsc_op":
		a.Kind = Resource
	case "crm_event":
		a.Kind = Cluster
	default:
		return nil, fmt.Errorf("unknown action <%s>, expected pseudo_event, rsc_op or crm_event", e.Tag)
	}
	for _, c := range e.ChildElements() {
		parseDetail(a, c)
	}
	return a, nil
}

func parseDetail(a *Action, c *etree.Element) {
	switch c.Tag {
	case "attributes":
		for _, at := range c.Attr {
			a.Attrs = append(a.Attrs, Attr{at.Key, at.Value})
		}
		for _, p := range c.SelectElements("param") {
			a.Params = append(a.Params, Attr{p.SelectAttrValue("name", ""), p.SelectAttrValue("value", "")})
		}
	case "downed":
		for _, n := range c.SelectElements("node") {
			a.Downed = append(a.Downed, n.SelectAttrValue("id", ""))
		}
	case "maintenance":
		for _, n := range c.SelectElements("node") {
			a.Maintenance = append(a.Maintenance, Attr{n.SelectAttrValue("id", ""), n.SelectAttrValue("node-in-maintenance", "")})
		}
	default:
		a.Resource = &ResourceRef{
			ID: c.SelectAttrValue("id", ""), LongID: c.SelectAttrValue("long-id", ""), Class: c.SelectAttrValue("class", ""),
			Provider: c.SelectAttrValue("provider", ""), Type: c.SelectAttrValue("type", ""),
		}
	}
}
