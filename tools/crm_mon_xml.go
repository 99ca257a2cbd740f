package tools

import (
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine"
)

// xml is the report for programs: what resource agents and monitoring tools
// read (Pacemaker's crm_mon --output-as=xml).
func (m *monitor) xml(sit *engine.Situation, doc *cib.Document, now time.Time) error {
	tree := etree.NewDocument()
	tree.CreateProcInst("xml", `version="1.0"`)
	root := tree.CreateElement("pacemaker-result")
	root.CreateAttr("api-version", "2.25")
	root.CreateAttr("request", strings.Join(append([]string{"crm_mon"}, m.args...), " "))
	root.AddChild(summaryXML(sit, doc, now))
	root.AddChild(sit.NodesXML())
	root.AddChild(sit.ResourcesXML(true))
	status := root.CreateElement("status")
	status.CreateAttr("code", "0")
	status.CreateAttr("message", "OK")
	tree.Indent(2)
	_, err := tree.WriteTo(m.std.Out)
	return err
}

func summaryXML(sit *engine.Situation, doc *cib.Document, now time.Time) *etree.Element {
	e := etree.NewElement("summary")
	add := func(tag string, pairs ...string) {
		child := e.CreateElement(tag)
		for i := 0; i < len(pairs); i += 2 {
			child.CreateAttr(pairs[i], pairs[i+1])
		}
	}
	stack, _ := doc.Property("cluster-infrastructure")
	add("stack", "type", stack)
	version, _ := doc.Property("dc-version")
	id, present := cib.LookupAttr(doc.Root(), "dc-uuid")
	if present {
		add("current_dc", "present", "true", "version", version, "name", nameOfID(doc, id), "id", id,
			"with_quorum", strconv.FormatBool(cib.IsTrue(cib.Attr(doc.Root(), "have-quorum"))))
	} else {
		add("current_dc", "present", "false")
	}
	add("last_update", "time", now.Format(time.ANSIC))
	add("last_change", "time", cib.Attr(doc.Root(), "cib-last-written"), "user", cib.Attr(doc.Root(), "update-user"),
		"client", cib.Attr(doc.Root(), "update-client"), "origin", cib.Attr(doc.Root(), "update-origin"))
	nodes, instances, disabled, blocked := sit.Counts()
	add("nodes_configured", "number", strconv.Itoa(nodes))
	add("resources_configured", "number", strconv.Itoa(instances), "disabled", strconv.Itoa(disabled), "blocked", strconv.Itoa(blocked))
	return e
}

func nameOfID(doc *cib.Document, id string) string {
	for n := range cib.Children(doc.Section(cib.Nodes), "node") {
		if cib.ID(n) == id {
			return cib.Attr(n, "uname")
		}
	}
	return ""
}
