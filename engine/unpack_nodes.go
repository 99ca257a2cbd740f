package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine/score"
)

// newNode makes a node and puts it where its name belongs in the list.
func (c *cluster) newNode(id, name string, remote bool, base score.Score) *Node {
	n := &Node{ID: id, Name: name, Remote: remote, Score: base, ix: len(c.byIx)}
	n.Unclean = c.opts.startupFencing && !remote // a remote node's connection decides later
	c.byIx = append(c.byIx, n)
	if _, taken := c.nodeByID[strings.ToLower(id)]; !taken {
		c.nodeByID[strings.ToLower(id)] = n
	}
	if _, taken := c.nodeByName[strings.ToLower(name)]; !taken {
		c.nodeByName[strings.ToLower(name)] = n
	}
	at := len(c.nodes)
	for i, other := range c.nodes {
		if natural(name, other.Name) <= 0 {
			at = i
			break
		}
	}
	c.nodes = slices.Insert(c.nodes, at, n)
	c.haveRemotes = c.haveRemotes || remote
	return n
}

// unpackNodes reads the nodes section.
func (c *cluster) unpackNodes() {
	dcID := cib.Attr(c.root, "dc-uuid")
	for e := range cib.Children(cib.Child(c.config, "nodes"), "node") {
		id := cib.ID(e)
		if id == "" {
			continue
		}
		remote := false
		switch cib.Attr(e, "type") {
		case "", "member", "normal", "ping":
		case "remote":
			remote = true
		default:
			c.complain(cib.Warning, "node", id, fmt.Sprintf("its type %q is not known, it is left out", cib.Attr(e, "type")), "use member or remote")
			return
		}
		base, _ := score.Parse(cib.Attr(e, "score")) // none counts 0
		name := cib.Attr(e, "uname")
		if name == "" {
			name = id
		}
		n := c.newNode(id, name, remote, base)
		if c.dc == nil && dcID != "" && strings.EqualFold(dcID, id) {
			c.dc, n.DC = n, true
		}
		var attrs attributes
		c.merge(c.blocks("instance_attributes", "", e), c.ruleContext(), &attrs)
		for _, a := range attrs {
			n.attrs.add(a.name, a.value)
		}
		c.setBuiltinAttrs(n)
		c.addCapacity(n, e)
		n.ping = cib.Attr(e, "type") == "ping"
	}
}

// addCapacity reads a node's utilization blocks; what is known stays.
func (c *cluster) addCapacity(n *Node, e *etree.Element) {
	var list attributes
	c.merge(c.blocks("utilization", "", e), c.ruleContext(), &list)
	for _, a := range list {
		n.capacity.add(a.name, a.value)
	}
}

// setBuiltinAttrs sets the attributes that every node has.
func (c *cluster) setBuiltinAttrs(n *Node) {
	n.attrs.set("#uname", n.Name)
	n.attrs.set("#id", n.ID)
	n.attrs.set("#is_dc", map[bool]string{true: "true", false: "false"}[n.DC])
	kind := "cluster"
	if n.Remote {
		kind = "remote"
	}
	n.attrs.set("#kind", kind)
	site := n.attrs.get("site-name")
	if c.opts.clusterName != "" {
		n.attrs.set("#cluster-name", c.opts.clusterName)
		if site == "" {
			site = c.opts.clusterName
		}
	}
	if site != "" {
		n.attrs.set("#site-name", site)
	}
}

// unpackRemoteNodes makes the nodes behind connections and guests, before any
// resource is read. It returns the connections that guests imply.
func (c *cluster) unpackRemoteNodes(resources *etree.Element) (implied []*etree.Element) {
	named := map[string]bool{}
	for e := range cib.Walk(resources) {
		switch e.Tag {
		case "primitive", "group", "clone", "master", "bundle", "template":
			named[cib.ID(e)] = true
		}
	}
	guest := func(e *etree.Element) {
		if conn := impliedConnection(e); conn != nil && !named[cib.ID(conn)] {
			named[cib.ID(conn)] = true
			implied = append(implied, conn)
			c.remoteNode(cib.ID(conn))
		}
	}
	for e := range cib.Children(resources) {
		switch {
		case isConnectionElement(e):
			c.remoteNode(cib.ID(e))
		case e.Tag == "primitive":
			guest(e)
		case e.Tag == "group":
			for m := range cib.Children(e, "primitive") {
				guest(m)
			}
		}
	}
	return implied
}

// remoteNode makes the remote node of a connection, unless there is a node of
// this name or id.
func (c *cluster) remoteNode(name string) {
	if c.findNode(name, name) == nil {
		c.newRemoteNode(name, 0)
	}
}

func (c *cluster) newRemoteNode(name string, base score.Score) *Node {
	n := c.newNode(name, name, true, base)
	c.setBuiltinAttrs(n)
	return n
}

func isConnectionElement(e *etree.Element) bool {
	return e.Tag == "primitive" && cib.Attr(e, "class") == "ocf" && cib.Attr(e, "provider") == "pacemaker" &&
		cib.Attr(e, "type") == "remote"
}

// impliedConnection is the connection to the guest node that a primitive
// hosts according to its plain meta-attributes, or nil.
func impliedConnection(e *etree.Element) *etree.Element {
	var plain attributes
	for b := range cib.Children(e, "meta_attributes") {
		for p := range cib.Children(b, "nvpair") {
			plain.set(cib.Attr(p, "name"), cib.Attr(p, "value"))
		}
	}
	name := plain.get("remote-node")
	if name == "" {
		return nil
	}
	spec := newConnection{id: name, container: cib.ID(e), addr: plain.get("remote-addr"), port: plain.get("remote-port"),
		managed: plain.get("is-managed"), migrate: plain.get("remote-allow-migrate"), startTimeout: plain.get("remote-connect-timeout")}
	if spec.startTimeout == "" {
		spec.startTimeout = "60s"
	}
	return spec.element()
}

// newConnection describes an ocf:pacemaker:remote that the configuration
// implies.
type newConnection struct{ id, container, addr, port, managed, migrate, startTimeout string }

func (s newConnection) element() *etree.Element {
	e := primitiveElement(s.id, "pacemaker", "remote")
	addBlock(e, "meta_attributes", s.id+"-meta_attributes", "internal_rsc", "true", "container", s.container,
		"allow-migrate", s.migrate, "is-managed", s.managed)
	addBlock(e, "instance_attributes", s.id+"-instance_attributes", "addr", s.addr, "port", s.port)
	ops := e.CreateElement("operations")
	addOperation(ops, s.id, "monitor", "30s", "30s")
	if s.startTimeout != "" {
		addOperation(ops, s.id, "start", "0", s.startTimeout)
	}
	return e
}

func primitiveElement(id, provider, kind string) *etree.Element {
	e := etree.NewElement("primitive")
	e.CreateAttr("id", id)
	e.CreateAttr("class", "ocf")
	e.CreateAttr("provider", provider)
	e.CreateAttr("type", kind)
	return e
}

// addBlock adds an attribute set of the names and values that are not empty.
func addBlock(e *etree.Element, tag, id string, pairs ...string) {
	b := etree.NewElement(tag)
	b.CreateAttr("id", id)
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		p := b.CreateElement("nvpair")
		p.CreateAttr("id", id+"-"+pairs[i])
		p.CreateAttr("name", pairs[i])
		p.CreateAttr("value", pairs[i+1])
	}
	if len(b.Child) > 0 {
		e.AddChild(b)
	}
}

func addOperation(ops *etree.Element, rsc, name, interval, timeout string) {
	op := ops.CreateElement("op")
	op.CreateAttr("id", rsc+"-"+name+"-"+interval)
	op.CreateAttr("name", name)
	op.CreateAttr("interval", interval)
	if timeout != "" {
		op.CreateAttr("timeout", timeout)
	}
}
