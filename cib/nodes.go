package cib

import (
	"fmt"
	"strings"

	"github.com/beevik/etree"
)

// Node is the <node> element of a member, by its name or its id; names come
// first. nil when there is none.
func (d *Document) Node(name string) *etree.Element {
	for e := range Children(d.Section(Nodes), "node") {
		if strings.EqualFold(Attr(e, "uname"), name) {
			return e
		}
	}
	for e := range Children(d.Section(Nodes), "node") {
		if ID(e) == name {
			return e
		}
	}
	return nil
}

// NodeAttribute is a permanent attribute of a node (standby, maintenance,
// one's own), and whether it is set.
func (d *Document) NodeAttribute(node, name string) (string, bool) {
	return NVValue(d.Node(node), InstanceAttributes, name)
}

// SetNodeAttribute sets a permanent attribute of a node, with the ids that
// crm_attribute gives.
func (d *Document) SetNodeAttribute(node, name, value string) error {
	return d.setOnNode(node, InstanceAttributes, "", name, value)
}

// SetNodeUtilization sets a node's capacity.
func (d *Document) SetNodeUtilization(node, name, value string) error {
	return d.setOnNode(node, Utilization, "-utilization", name, value)
}

func (d *Document) setOnNode(node, kind, suffix, name, value string) error {
	e := d.Node(node)
	if e == nil {
		return fmt.Errorf("no node %q in the configuration", node)
	}
	d.SetNV(e, kind, "nodes-"+ID(e)+suffix, name, value)
	return nil
}

// DeleteNodeAttribute takes a permanent attribute away and tells whether it
// was set.
func (d *Document) DeleteNodeAttribute(node, name string) bool {
	return DeleteNV(d.Node(node), InstanceAttributes, name) > 0
}

// NodeState is the <node_state> of a member, by its name or its id; nil when
// there is none.
func (d *Document) NodeState(name string) *etree.Element {
	status := Child(d.Root(), "status")
	for e := range Children(status, "node_state") {
		if strings.EqualFold(Attr(e, "uname"), name) {
			return e
		}
	}
	for e := range Children(status, "node_state") {
		if ID(e) == name {
			return e
		}
	}
	return nil
}

// TransientAttribute is an attribute that a node loses when it leaves (fail
// counts, promotion scores), and whether it is set.
func (d *Document) TransientAttribute(node, name string) (string, bool) {
	return NVValue(Child(d.NodeState(node), "transient_attributes"), InstanceAttributes, name)
}

// SetTransientAttribute sets an attribute until the node leaves. The node's
// state is made when it is missing, if the node is configured.
func (d *Document) SetTransientAttribute(node, name, value string) error {
	state := d.NodeState(node)
	if state == nil {
		e := d.Node(node)
		if e == nil {
			return fmt.Errorf("no node %q in the configuration", node)
		}
		state = d.Status().CreateElement("node_state")
		state.CreateAttr("id", ID(e))
		state.CreateAttr("uname", Attr(e, "uname"))
	}
	attrs := Child(state, "transient_attributes")
	if attrs == nil {
		attrs = state.CreateElement("transient_attributes")
		attrs.CreateAttr("id", ID(state))
	}
	// The ids in the status section are a namespace of their own.
	set := Child(attrs, InstanceAttributes)
	if nv := NV(attrs, InstanceAttributes, name); nv != nil {
		nv.CreateAttr("value", value)
		return nil
	}
	if set == nil {
		set = attrs.CreateElement(InstanceAttributes)
		set.CreateAttr("id", "status-"+ID(state))
	}
	nv := set.CreateElement("nvpair")
	nv.CreateAttr("id", CleanID(ID(set)+"-"+name))
	nv.CreateAttr("name", name)
	nv.CreateAttr("value", value)
	return nil
}

// DeleteTransientAttribute takes such an attribute away and tells whether it
// was set.
func (d *Document) DeleteTransientAttribute(node, name string) bool {
	return DeleteNV(Child(d.NodeState(node), "transient_attributes"), InstanceAttributes, name) > 0
}
