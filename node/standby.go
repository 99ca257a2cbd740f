package node

import (
	"fmt"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
)

// decideStandby sets or clears a node's standby in the configuration.
func (m *Machine) decideStandby(to asker, q Request) {
	if !m.dc.quorum {
		m.reply(to, Reply{Refused: RefusedNoQuorum, Version: m.log.reg.version,
			Text: "this partition has no quorum: the configuration is read-only; nothing was changed"})
		return
	}
	value := standbyValue(q.Value)
	m.apply(&edit{to: &to, who: q.Who, note: "node standby " + q.Node + " " + value, change: func(doc *cib.Document) error {
		return setNodeAttribute(doc, q.Node, "standby", value)
	}})
}

func standbyValue(wish string) string {
	if strings.EqualFold(wish, "on") || strings.EqualFold(wish, "true") {
		return "on"
	}
	return "off"
}

// setNodeAttribute sets a permanent attribute of a node.
func setNodeAttribute(doc *cib.Document, node, name, value string) error {
	for n := range cib.Children(cib.Child(doc.Configuration(), "nodes"), "node") {
		if !strings.EqualFold(cib.Attr(n, "uname"), node) {
			continue
		}
		set := cib.Child(n, "instance_attributes")
		if set == nil {
			set = n.CreateElement("instance_attributes")
			set.CreateAttr("id", "nodes-"+cib.ID(n))
		}
		for nv := range cib.Children(set, "nvpair") {
			if cib.Attr(nv, "name") == name {
				cib.SetAttr(nv, "value", value)
				return nil
			}
		}
		nv := set.CreateElement("nvpair")
		nv.CreateAttr("id", cib.ID(set)+"-"+name)
		nv.CreateAttr("name", name)
		nv.CreateAttr("value", value)
		return nil
	}
	return fmt.Errorf("node %q is not in the configuration", node)
}

// registerNodes puts configured members into the <nodes> section.
func (m *Machine) registerNodes() {
	if m.dc == nil || !m.dc.quorum || len(m.missingNodes()) == 0 {
		return
	}
	for _, e := range m.dc.edits { // order: any of these will do
		if e.note == registering {
			return
		}
	}
	m.apply(&edit{note: registering, change: func(doc *cib.Document) error {
		nodes := cib.Child(doc.Configuration(), "nodes")
		if nodes == nil {
			nodes = etree.NewElement("nodes")
			doc.Configuration().InsertChildAt(1, nodes)
		}
		for _, name := range m.missingNodes() {
			n := nodes.CreateElement("node")
			n.CreateAttr("id", name)
			n.CreateAttr("uname", name)
		}
		return nil
	}})
}

const registering = "members of the ring"

func (m *Machine) missingNodes() []string {
	var missing []string
	for _, name := range m.cfg.Members {
		found := false
		for n := range cib.Children(cib.Child(m.log.reg.doc.Configuration(), "nodes"), "node") {
			found = found || strings.EqualFold(cib.Attr(n, "uname"), name)
		}
		if !found {
			missing = append(missing, name)
		}
	}
	return missing
}
