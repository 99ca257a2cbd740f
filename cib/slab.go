package cib

import "github.com/beevik/etree"

// slabs hands out the parts of a tree from a few large blocks: a CIB of 5 MB
// has some hundred thousand parts, and one allocation for each would cost more
// than reading the text.
type slabs struct {
	elementRoom []etree.Element
	attrRoom    []etree.Attr
	tokenRoom   []etree.Token
	size        int
}

const largestSlab = 4096

func (s *slabs) grow() int {
	s.size = min(max(2*s.size, 32), largestSlab)
	return s.size
}

func (s *slabs) element() *etree.Element {
	if len(s.elementRoom) == 0 {
		s.elementRoom = make([]etree.Element, s.grow())
	}
	e := &s.elementRoom[0]
	s.elementRoom = s.elementRoom[1:]
	return e
}

// attrs returns a slice of its own with the same attributes. It has no spare
// capacity, so that a later append cannot reach into its neighbour.
func (s *slabs) attrs(from []etree.Attr) []etree.Attr {
	n := len(from)
	if n == 0 {
		return nil
	}
	if n > len(s.attrRoom) {
		s.attrRoom = make([]etree.Attr, max(n, 2*s.grow()))
	}
	to := s.attrRoom[:n:n]
	s.attrRoom = s.attrRoom[n:]
	for i := range from {
		// Not the whole struct: it points to the element it once came from.
		to[i].Space, to[i].Key, to[i].Value = from[i].Space, from[i].Key, from[i].Value
	}
	return to
}

// tokens returns an empty slice with room for n tokens.
func (s *slabs) tokens(n int) []etree.Token {
	if n > len(s.tokenRoom) {
		s.tokenRoom = make([]etree.Token, max(n, s.grow()))
	}
	to := s.tokenRoom[0:0:n]
	s.tokenRoom = s.tokenRoom[n:]
	return to
}

// copyElement returns a deep copy of e without a parent.
func (s *slabs) copyElement(e *etree.Element) *etree.Element {
	c := s.element()
	c.Space, c.Tag = e.Space, e.Tag
	c.Attr = s.attrs(e.Attr)
	s.copyChildren(c, e)
	return c
}

func (s *slabs) copyChildren(to, from *etree.Element) {
	if len(from.Child) == 0 {
		return
	}
	to.Child = s.tokens(len(from.Child))
	for _, t := range from.Child {
		switch t := t.(type) {
		case *etree.Element:
			to.AddChild(s.copyElement(t))
		case *etree.CharData:
			if t.IsCData() {
				to.AddChild(etree.NewCData(t.Data))
			} else {
				to.AddChild(etree.NewText(t.Data))
			}
		case *etree.Comment:
			to.AddChild(etree.NewComment(t.Data))
		case *etree.ProcInst:
			to.AddChild(etree.NewProcInst(t.Target, t.Inst))
		}
	}
}
