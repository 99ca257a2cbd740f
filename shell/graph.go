package shell

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
)

const helpGraph = `Writes the configuration in the language of graphviz's dot: resources in their
groups and clones, orders as arrows, colocations dotted, locations dashed.

  graph                       on the terminal
  graph dot web.dot           into a file
  graph dot web.svg svg       drawn by dot, when graphviz is installed: svg, png, pdf, ...
  graph fdp web.svg svg       placed another way: neato, fdp, sfdp, circo, twopi`

// layouts are the programs of graphviz that place what they draw, each in its
// own way.
var layouts = []string{"dot", "neato", "fdp", "sfdp", "circo", "twopi"}

// runGraph writes the configuration as a graph for graphviz.
func runGraph(ctx context.Context, c *Call) error {
	if len(c.Args) > 0 && !slices.Contains(layouts, c.Args[0]) {
		return newError(Usage, c.words[1].Pos, "graph: %q is not a kind of graph that can be made; expected one of %s, as in: graph dot web.svg svg",
			c.Args[0], strings.Join(layouts, ", "))
	}
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	text := dot(w.doc)
	switch len(c.Args) {
	case 0, 1:
		c.print(text)
		return nil
	case 2:
		return c.Files.Write(c.Args[1], []byte(text))
	}
	if c.Filter == nil {
		return failf("graph: no other program can be run here")
	}
	layout := c.Args[0]
	if _, err := c.Filter(ctx, "command -v "+layout, nil); err != nil {
		return failf("graph: %s is drawn by graphviz's %s, which is not installed here; \"graph dot %s\" writes what it reads", c.Args[2], layout, c.Args[1])
	}
	picture, err := c.Filter(ctx, layout+" -T"+Quote(c.Args[2]), []byte(text))
	if err != nil {
		return failf("graph: %w", err)
	}
	return c.Files.Write(c.Args[1], picture)
}

// dot draws resources, and what orders, colocates and places them.
func dot(doc *cib.Document) string {
	g := &graphText{doc: doc}
	g.line(1, "rankdir=LR; compound=true; fontname=Helvetica; node [fontname=Helvetica, shape=box];")
	for e := range cib.Children(doc.Section(cib.Nodes), "node") {
		g.line(1, "%q [style=bold, color=darkgreen];", nodeName(e))
	}
	for e := range cib.Children(doc.Section(cib.Resources)) {
		g.resource(e, 1)
	}
	for e := range cib.Children(doc.Section(cib.Constraints)) {
		switch e.Tag {
		case "rsc_order":
			g.order(e)
		case "rsc_colocation":
			g.colocation(e)
		case "rsc_location":
			g.location(e)
		case "rsc_ticket":
			g.ticket(e)
		}
	}
	return "digraph G {\n" + g.b.String() + "}\n"
}

// graphText gathers the lines of a graph.
type graphText struct {
	doc *cib.Document
	b   strings.Builder
}

func (g *graphText) line(depth int, format string, args ...any) {
	g.b.WriteString(strings.Repeat("\t", depth))
	fmt.Fprintf(&g.b, format+"\n", args...)
}

// edge draws an arrow between two resources; one that has members is entered
// and left at a border.
func (g *graphText) edge(from, to, style, label string) {
	style = fmt.Sprintf("label=%q, %s", label, style)
	a, b := g.anchor(from, true), g.anchor(to, false)
	if a != from {
		style += fmt.Sprintf(", ltail=%q", "cluster_"+from)
	}
	if b != to {
		style += fmt.Sprintf(", lhead=%q", "cluster_"+to)
	}
	g.line(1, "%q -> %q [%s];", a, b, style)
}

// anchor is the primitive that stands for a resource: the last of a group
// where an arrow leaves it, else the first.
func (g *graphText) anchor(id string, last bool) string {
	members := slices.Collect(cib.Members(g.doc.Resource(id)))
	if len(members) == 0 {
		return id
	}
	if last {
		return g.anchor(attr(members[len(members)-1], "id"), last)
	}
	return g.anchor(attr(members[0], "id"), last)
}

func (g *graphText) resource(e *etree.Element, depth int) {
	id := attr(e, "id")
	if members := slices.Collect(cib.Members(e)); len(members) > 0 {
		g.line(depth, "subgraph %q {", "cluster_"+id)
		g.line(depth+1, "label=%q;", kindOf(e)+" "+id)
		for _, m := range members {
			g.resource(m, depth+1)
		}
		if e.Tag == "group" {
			for i := range members[1:] {
				g.line(depth+1, "%q -> %q;", attr(members[i], "id"), attr(members[i+1], "id"))
			}
		}
		g.line(depth, "}")
		return
	}
	what, style := attr(e, "type"), "rounded"
	switch {
	case e.Tag == "template":
		style = "dotted"
	case attr(e, "class") == "stonith":
		style = "dashed"
	case e.Tag == "bundle":
		what = "bundle"
	}
	if of := attr(e, "template"); of != "" {
		what = "@" + of
	}
	g.line(depth, "%q [label=%q, style=%s];", id, id+"\n"+what, style)
}

// setsOf are the resources of a constraint's sets, by set.
func setsOf(e *etree.Element) (sets [][]string, sequential []bool) {
	for s := range cib.Children(e, "resource_set") {
		var ids []string
		for r := range cib.Children(s, "resource_ref") {
			ids = append(ids, attr(r, "id"))
		}
		if len(ids) > 0 {
			sets, sequential = append(sets, ids), append(sequential, !cib.IsFalse(attr(s, "sequential")))
		}
	}
	return sets, sequential
}

// chain draws arrows through the sets: along each that is sequential, and
// from each set to the next.
func (g *graphText) chain(e *etree.Element, style, label string) {
	sets, sequential := setsOf(e)
	for i, ids := range sets {
		leave := ids
		if sequential[i] {
			for n := range ids[1:] {
				g.edge(ids[n], ids[n+1], style, label)
			}
			leave = ids[len(ids)-1:]
		}
		if i+1 == len(sets) {
			break
		}
		enter := sets[i+1]
		if sequential[i+1] {
			enter = enter[:1]
		}
		for _, from := range leave {
			for _, to := range enter {
				g.edge(from, to, style, label)
			}
		}
	}
}

func (g *graphText) order(e *etree.Element) {
	style := "style=solid"
	if attr(e, "kind") == "Optional" || attr(e, "score") == "0" {
		style = "style=dashed"
	}
	if first, then := attr(e, "first"), attr(e, "then"); first != "" && then != "" {
		g.edge(first, then, style, attr(e, "id"))
		return
	}
	g.chain(e, style, attr(e, "id"))
}

func (g *graphText) colocation(e *etree.Element) {
	label := attr(e, "id") + " " + attr(e, "score")
	if rsc, with := attr(e, "rsc"), attr(e, "with-rsc"); rsc != "" && with != "" {
		g.edge(rsc, with, "style=dotted, constraint=false", label)
		return
	}
	g.chain(e, "style=dotted, constraint=false", label)
}

// location draws a line to each node that the constraint names; what its
// rules say otherwise cannot be drawn.
func (g *graphText) location(e *etree.Element) {
	ids := []string{attr(e, "rsc")}
	if ids[0] == "" {
		sets, _ := setsOf(e)
		ids = slices.Concat(sets...)
	}
	for _, id := range ids {
		if node := attr(e, "node"); node != "" {
			g.edge(node, id, "style=dashed, dir=none", attr(e, "score"))
		}
		for rule := range cib.Children(e, "rule") {
			for x := range cib.Children(rule, "expression") {
				if attr(x, "attribute") == "#uname" && attr(x, "operation") == "eq" {
					g.edge(attr(x, "value"), id, "style=dashed, dir=none", attr(rule, "score"))
				}
			}
		}
	}
}

func (g *graphText) ticket(e *etree.Element) {
	ids := []string{attr(e, "rsc")}
	if ids[0] == "" {
		sets, _ := setsOf(e)
		ids = slices.Concat(sets...)
	}
	ticket := "ticket " + attr(e, "ticket")
	g.line(1, "%q [shape=note];", ticket)
	for _, id := range ids {
		g.edge(ticket, id, "style=dashed", attr(e, "id"))
	}
}
