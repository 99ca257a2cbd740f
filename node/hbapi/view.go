package hbapi

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"crm/node/wire"
)

// View is what clients may know.
type View struct {
	Node, Version       string
	KeepAlive, DeadTime time.Duration
	Nodes               []Node // the normal ones first
	Parameters          map[string]string
	// Hold is what this node holds of haresources: none, local, foreign, all
	// or transition; empty when the CIB says what runs where.
	Hold string
}

// Node is a node of the ring.
type Node struct {
	Name, Type, State string
	UUID              string // 16 raw bytes; zeros while it is not known
	Links             []Link
	Weight, Site      string
}

// Link is a medium over which a node is heard.
type Link struct {
	Name string
	Up   bool
}

func (l Link) state() string {
	if l.Up {
		return "up"
	}
	return "dead"
}

// node finds a node by its name, in any case.
func (v *View) node(name string) *Node {
	i := slices.IndexFunc(v.Nodes, func(n Node) bool { return strings.EqualFold(n.Name, name) })
	if i < 0 {
		return nil
	}
	return &v.Nodes[i]
}

// badNode is heartbeat's word for a node or link that it does not know.
const badNode = "EINVAL"

// answer is one answer to a question.
func answer(kind, result string, pairs ...string) *wire.Message {
	m := wire.New("hbapi-resp").Add("reqtype", kind)
	for i := 0; i < len(pairs); i += 2 {
		m.Add(pairs[i], pairs[i+1])
	}
	return m.Add("result", result)
}

func bad(kind, why string) []*wire.Message {
	return []*wire.Message{answer(kind, "badreq").Add("info", why)}
}

func good(kind string, pairs ...string) []*wire.Message {
	return []*wire.Message{answer(kind, "OK", pairs...)}
}

// listed gives every answer of a list its result.
func listed(kind string, n int, pairs func(i int) []string) []*wire.Message {
	var all []*wire.Message
	for i := range n {
		result := "ok/more"
		if i == n-1 {
			result = "OK"
		}
		all = append(all, answer(kind, result, pairs(i)...))
	}
	return all
}

// answers are the answers to what is asked of the view alone; nil when it is
// not such a question.
func (v *View) answers(kind string, asked *wire.Message) []*wire.Message {
	switch kind {
	case "nodelist":
		return listed(kind, len(v.Nodes), func(i int) []string {
			n := v.Nodes[i]
			return []string{"node", n.Name, "nodetype", n.Type, "st", n.State}
		})
	case "numnodes":
		n := 0
		for _, one := range v.Nodes {
			if one.Type == "normal" {
				n++
			}
		}
		return good(kind, "numnodes", strconv.Itoa(n))
	case "getparm":
		if value, known := v.parameter(asked.Get("pname")); known {
			return good(kind, "pvalue", value)
		}
		return good(kind) // without a value
	case "getrsc":
		if v.Hold == "" {
			return bad(kind, "resources are managed by the CIB")
		}
		return good(kind, "rsc_hold", v.Hold)
	case "getuuid":
		return v.uuid(asked)
	case "getnodename":
		return v.nodeName(asked)
	case "nodestatus", "nodetype", "nodeweight", "nodesite", "iflist", "ifstatus":
		n := v.node(asked.Get("node"))
		if n == nil {
			return bad(kind, badNode)
		}
		return n.answers(kind, asked.Get("ifname"))
	}
	return nil
}

// uuid tells the uuid of a node. heartbeat answers for a node it does not know
// too, without one.
func (v *View) uuid(asked *wire.Message) []*wire.Message {
	name, named := asked.Lookup("queryname")
	if !named {
		return bad("getuuid", noQuery)
	}
	m := wire.New("hbapi-resp").Add("reqtype", "getuuid")
	if n := v.node(name); n != nil {
		m.AddBinary("queryuuid", n.UUID)
	}
	return []*wire.Message{m.Add("result", "OK")}
}

// nodeName tells which node has a uuid.
func (v *View) nodeName(asked *wire.Message) []*wire.Message {
	uuid, given := asked.Lookup("queryuuid")
	if !given {
		return bad("getnodename", noQuery)
	}
	m := wire.New("hbapi-resp").Add("reqtype", "getnodename")
	if i := slices.IndexFunc(v.Nodes, func(n Node) bool { return n.UUID == uuid }); i >= 0 {
		m.Add("queryname", v.Nodes[i].Name)
	}
	return []*wire.Message{m.Add("result", "OK")}
}

const noQuery = "no query node name found"

// parameter is a parameter as clients ask for it.
func (v *View) parameter(name string) (string, bool) {
	switch name {
	case "hbversion":
		return v.Version, true
	case "pacemaker", "crm":
		if v.Hold == "" {
			return "true", true
		}
		return "false", true
	}
	value, known := v.Parameters[name]
	return value, known
}

// answers answers what is asked of one node.
func (n *Node) answers(kind, link string) []*wire.Message {
	switch kind {
	case "nodestatus":
		return good(kind, "st", n.State)
	case "nodetype":
		return good(kind, "nodetype", n.Type)
	case "nodeweight":
		return good(kind, "weight", cmp.Or(n.Weight, "100"))
	case "nodesite":
		return good(kind, "site", n.Site)
	case "iflist":
		if len(n.Links) == 0 {
			return bad(kind, badNode)
		}
		return listed(kind, len(n.Links), func(i int) []string { return []string{"ifname", n.Links[i].Name, "st", n.Links[i].state()} })
	}
	for _, l := range n.Links {
		if l.Name == link {
			return good(kind, "st", l.state())
		}
	}
	return bad(kind, badNode)
}

// signedOn is the answer to a sign-on, whatever comes of it.
func (v *View) signedOn(m *wire.Message) *wire.Message {
	return m.Add("deadtime", strconv.FormatInt(v.DeadTime.Milliseconds(), 16)).
		Add("keepalive", strconv.FormatInt(v.KeepAlive.Milliseconds(), 16)).
		Add("node", v.Node).Add("hbversion", v.Version).
		Add("pacemaker", strconv.FormatBool(v.Hold == "")).Add("logfacility", "-1")
}
