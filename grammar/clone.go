package grammar

import "strings"

// Clone is a resource active on several nodes at once; as ms (old: master) a
// promotable one in the old spelling.
//
//	clone ID RSC [description=TEXT] [params SET] [meta SET]
type Clone struct {
	Head
	Word     string       `parser:"@(\"clone\"|\"ms\"|\"master\")"`
	ID       ID           `parser:"@@"`
	Resource Reference    `parser:"@@"`
	Desc     Description  `parser:"@@"`
	Sets     ResourceSets `parser:"@@"`
}

// Keyword is clone or ms.
func (s *Clone) Keyword() string {
	if strings.EqualFold(s.Word, "clone") {
		return "clone"
	}
	return "ms"
}

// ObjectID is the id of the clone.
func (s *Clone) ObjectID() string { return string(s.ID) }

func (s *Clone) print(p *printer) {
	p.word(string(s.ID), string(s.Resource))
	p.description(s.Desc)
	for _, set := range s.Sets.List {
		p.part(set.text())
	}
}
