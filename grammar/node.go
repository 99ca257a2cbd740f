package grammar

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// Node is a member of the cluster with its attributes.
//
//	node [ID:|$id=ID] NAME[:normal|member|ping|remote] [description=TEXT]
//	    [attributes SET] [utilization SET]
type Node struct {
	Head
	Word string      `parser:"@\"node\""`
	Name NodeName    `parser:"@@"`
	Desc Description `parser:"@@"`
	Sets NodeSets    `parser:"@@"`
}

// NodeName is what a node is called.
type NodeName struct {
	Pos   Pos
	ID    string // empty when not given
	Uname string
	Type  string
}

var nodeTypes = []string{"normal", "member", "ping", "remote"}

// Parse reads [id:] name[:type].
func (n *NodeName) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	n.Pos = r.pos()
	if id, is := strings.CutPrefix(r.peek(), "$id="); is {
		n.ID = id
		r.take()
	} else if id, is := strings.CutSuffix(r.peek(), ":"); is && id != "" {
		n.ID = id
		r.take()
	}
	if n.ID != "" && !PlainName(n.ID) {
		return &Error{Pos: n.Pos, Word: n.ID, Problem: "is not the id of a node", Expected: "an id without blanks or quotes"}
	}
	if word := r.peek(); r.done() || word == "" || strings.Contains(word, "=") {
		return r.fault("", "the name of a node")
	}
	name, kind, typed := strings.Cut(r.peek(), ":")
	if typed && !contains(nodeTypes, kind) {
		e := r.fault("has no valid type", "NAME:"+list(nodeTypes))
		e.Hint = Near(kind, nodeTypes)
		return e
	}
	n.Uname, n.Type = name, kind
	r.take()
	return nil
}

// NodeSets are the attribute sets of a node.
type NodeSets struct{ List []AttrSet }

// Parse reads attributes and utilization sets.
func (ss *NodeSets) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	for !r.done() {
		set, err := r.keywordSet(nodeSets, "attributes")
		if err != nil {
			return err
		}
		ss.List = append(ss.List, set)
	}
	return nil
}

// Keyword is node.
func (s *Node) Keyword() string { return "node" }

// ObjectID is the name of the node.
func (s *Node) ObjectID() string { return s.Name.Uname }

func (s *Node) print(p *printer) {
	if s.Name.ID != "" {
		p.word(s.Name.ID + ":")
	}
	name := quoteName(s.Name.Uname)
	if s.Name.Type != "" {
		name += ":" + s.Name.Type
	}
	p.word(name)
	p.description(s.Desc)
	for _, set := range s.Sets.List {
		p.part(set.text())
	}
}

// NodeType tells a known type of nodes; none is one too.
func NodeType(kind string) bool { return kind == "" || contains(nodeTypes, kind) }
