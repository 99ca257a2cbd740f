package engine

import (
	"slices"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
)

// RootKind is what kind of thing a chain of causes ends in.
type RootKind string

// The kinds of roots: all that a decision depends on and does not make itself.
const (
	RootConfiguration RootKind = "configuration"  // an element, by its id
	RootOption        RootKind = "option"         // a cluster property, set or not, by its name
	RootHistory       RootKind = "history"        // an operation or resource in a node's history, or that there is none
	RootState         RootKind = "node state"     // a node's membership
	RootAttribute     RootKind = "node attribute" // a node's attribute, by its name
	RootFailCount     RootKind = "fail count"     // a node attribute that counts failures
	RootTicket        RootKind = "ticket"         // a ticket, by its name
)

// Root is what a chain of causes ends in: something outside the engine.
type Root struct {
	Kind RootKind
	ID   string // "" for a node's membership, and for a history that there is not
	Node string // whose state, history or attribute it is; "" for none
}

// inDocument tells whether an element is the user's, not one that the engine
// made up.
func (c *cluster) inDocument(e *etree.Element) bool {
	for ; e != nil; e = e.Parent() {
		if e == c.root {
			return true
		}
	}
	return false
}

// rootOf is the element that configures a resource or what implies it; for a
// removed one its history.
func (c *cluster) rootOf(r *Resource) Root {
	for a := r; a != nil; {
		if c.inDocument(a.element) {
			return Root{Kind: RootConfiguration, ID: cib.ID(a.element)}
		}
		if a.Removed() {
			return c.rootOfRemoved(a)
		}
		if a.Parent != nil {
			a = a.Parent
		} else {
			a = a.Launcher
		}
	}
	return Root{Kind: RootConfiguration}
}

// rootOfRemoved is where a resource that is not configured is known.
func (c *cluster) rootOfRemoved(r *Resource) Root {
	for _, n := range c.nodes {
		for _, h := range n.history {
			if h.rsc == r {
				return Root{Kind: RootHistory, ID: cib.ID(h.element), Node: n.Name}
			}
		}
	}
	return Root{Kind: RootHistory, ID: r.historyName()}
}

// metaPair is where a meta-attribute of a resource is set: by itself, what it
// is in, its template or the defaults. Nil means that it is not.
func (c *cluster) metaPair(r *Resource, names ...string) *etree.Element {
	find := func(blocks []*etree.Element) *etree.Element {
		for _, b := range blocks {
			for p := range cib.Walk(b) {
				if p.Tag == "nvpair" && slices.Contains(names, cib.Attr(p, "name")) && c.inDocument(p) {
					return p
				}
			}
		}
		return nil
	}
	for a := r; a != nil; a = a.Parent {
		for _, e := range slices.Backward(a.sources()) {
			if p := find(c.blocks("meta_attributes", "", e)); p != nil {
				return p
			}
		}
	}
	return find(c.rscDefs)
}

// rootOfMeta is where a meta-attribute is set, or the resource if it is not.
func (c *cluster) rootOfMeta(r *Resource, names ...string) Root {
	if p := c.metaPair(r, names...); p != nil && cib.ID(p) != "" {
		return Root{Kind: RootConfiguration, ID: cib.ID(p)}
	}
	return c.rootOf(r)
}

// metaOwner is the resource at which a meta-attribute is set, for commands that
// change it.
func (c *cluster) metaOwner(r *Resource, name string) string {
	p := c.metaPair(r, name)
	for a := r; a != nil && p != nil; a = a.Parent {
		for e := p.Parent(); e != nil; e = e.Parent() {
			if slices.Contains(a.sources(), e) {
				return a.shownName()
			}
		}
	}
	return r.Root().shownName()
}

// rootOfEntry is an operation in a node's history.
func rootOfEntry(e *opEntry, n *Node) Root {
	root := Root{Kind: RootHistory, ID: e.id}
	if n != nil {
		root.Node = n.Name
	}
	return root
}

// rootOfState is a node's membership.
func rootOfState(n *Node) Root { return Root{Kind: RootState, Node: n.Name} }

// rootOfAttr is a node's attribute, or its membership when that is not set.
func rootOfAttr(n *Node, name string) Root {
	if _, set := n.attrs.Lookup(name); !set {
		return rootOfState(n)
	}
	return Root{Kind: RootAttribute, ID: name, Node: n.Name}
}

// rootOfCount is a resource's fail count on a node; its configuration when
// there is none.
func (c *cluster) rootOfCount(r *Resource, n *Node) Root {
	for _, a := range n.attrs.list {
		if name, ok := failureAttr(a.name, failCountPrefix); ok && (name == r.failureName() || baseName(name) == r.failureName()) {
			return Root{Kind: RootFailCount, ID: a.name, Node: n.Name}
		}
	}
	for _, inside := range r.Launched {
		if root := c.rootOfCount(inside, n); root.Kind == RootFailCount {
			return root
		}
	}
	return c.rootOf(r)
}

// entryFor is the failure of a resource, on a node if one is asked for, and of
// a task unless that is "".
func (c *cluster) entryFor(r *Resource, n *Node, task string) *failure {
	for _, f := range slices.Backward(c.failures) {
		if f.rsc == r && (n == nil || f.node == n) && (task == "" || f.entry.task == task) {
			return f
		}
	}
	return nil
}

// failureFor is a failure of a resource, or of any instance like it.
func (c *cluster) failureFor(r *Resource, n *Node, task string) *failure {
	if f := c.entryFor(r, n, task); f != nil {
		return f
	}
	var found *failure
	if !r.Unique() || len(r.Children) > 0 {
		r.topmost().each(func(i *Resource) {
			if f := c.entryFor(i, n, task); f != nil && found == nil {
				found = f
			}
		})
	}
	return found
}

// lastEntry is the newest operation of a resource in a node's history.
func lastEntry(r *Resource, n *Node) *opEntry {
	if n == nil {
		return nil
	}
	for _, h := range n.history {
		if h.rsc == r && len(h.entries) > 0 {
			return h.entries[len(h.entries)-1]
		}
	}
	return nil
}

// lastAnywhere is the newest operation of a resource on the nodes where it
// counts as active, else on any.
func (c *cluster) lastAnywhere(r *Resource) (*opEntry, *Node) {
	for _, n := range slices.Concat(r.Active, c.nodes) {
		if e := lastEntry(r, n); e != nil {
			return e, n
		}
	}
	return nil, nil
}

// option is a cluster property as it counts, in words.
func (c *cluster) optionText(name, value string) string {
	if v, set := c.opts.raw.lookup(name); set {
		return name + "=" + v
	}
	return strings.TrimSpace(name + "=" + value + " (the default)")
}
