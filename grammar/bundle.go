package grammar

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// Bundle is a resource in containers.
//
//	bundle ID [description=TEXT] docker|podman|rkt name=value ...
//	    [network name=value ... [port-mapping name=value ...] ...]
//	    [storage [storage-mapping name=value ...] ...]
//	    [meta SET] [primitive RSC]
type Bundle struct {
	Head
	Word  string      `parser:"@\"bundle\""`
	ID    ID          `parser:"@@"`
	Desc  Description `parser:"@@"`
	Parts BundleParts `parser:"@@"`
	// Tall prints one attribute a line, as crmsh 5.1 does.
	Tall bool
}

// BundlePart is one part of a bundle: a container, network or storage element
// with its mappings, a meta set, or the resource inside.
type BundlePart struct {
	Pos       Pos
	Word      string // docker, podman, rkt, network, storage; meta; primitive
	Attrs     Pairs
	Mappings  []Pairs
	Set       *AttrSet
	Primitive string
}

// BundleParts are the parts of a bundle in the order they stand.
type BundleParts struct{ List []BundlePart }

var (
	containers  = []string{"docker", "podman", "rkt"}
	bundleWords = []string{"docker", "podman", "rkt", "network", "storage", "meta", "primitive"}
	mappings    = map[string]string{"network": "port-mapping", "storage": "storage-mapping"}
)

// Parse reads all parts; one of them must be a container.
func (ps *BundleParts) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	if r.done() {
		return r.fault("", list(containers))
	}
	seen := map[string]bool{}
	for !r.done() {
		word, is := r.keyword(bundleWords...)
		if !is {
			return r.fault("", list(bundleWords), append([]string{"storage-mapping", "port-mapping"}, bundleWords...)...)
		}
		kind := word
		if contains(containers, word) {
			kind = "container"
		}
		if seen[kind] && word != "meta" {
			return r.fault("comes twice in one bundle", "each part once")
		}
		seen[kind] = true
		part, err := r.bundlePart(word)
		if err != nil {
			return err
		}
		ps.List = append(ps.List, part)
	}
	if !seen["container"] {
		return r.fault("", list(containers)+" with image=NAME")
	}
	return nil
}

func (r reader) bundlePart(word string) (part BundlePart, err error) {
	part = BundlePart{Pos: r.pos(), Word: word}
	r.take()
	switch word {
	case "primitive":
		if r.done() || !ValidID(r.peek()) {
			return part, r.fault("", "the id of a primitive")
		}
		part.Primitive = r.take()
	case "meta":
		var set AttrSet
		set, err = r.attrSet(word, part.Pos, bundleWords)
		part.Set = &set
	default:
		if part.Attrs, err = r.bundleAttrs(word); err == nil {
			err = r.mappings(&part)
		}
	}
	if err == nil && contains(containers, word) {
		if _, is := part.Attrs.Get("image"); !is {
			return part, r.fault("", "image=NAME")
		}
	}
	return part, err
}

func (r reader) mappings(part *BundlePart) error {
	mapping, may := mappings[part.Word]
	if !may {
		return nil
	}
	for {
		if _, is := r.keyword(mapping); !is {
			return nil
		}
		r.take()
		attrs, err := r.bundleAttrs(mapping)
		if err != nil {
			return err
		}
		if len(attrs) == 0 {
			return r.fault("", "name=value")
		}
		part.Mappings = append(part.Mappings, attrs)
	}
}

// bundleNames are the attributes of the elements of a bundle.
var bundleNames = map[string][]string{
	"container": {"image", "replicas", "replicas-per-host", "promoted-max", "masters", "run-command", "network", "options"},
	"network":   {"ip-range-start", "control-port", "host-interface", "host-netmask", "add-host"},
	"storage":   {}, "port-mapping": {"id", "port", "internal-port", "range"},
	"storage-mapping": {"id", "source-dir", "source-dir-root", "target-dir", "options"},
}

// bundleAttrs reads the attributes of one element.
func (r reader) bundleAttrs(word string) (Pairs, error) {
	if contains(containers, word) {
		word = "container"
	}
	names := bundleNames[word]
	var ps Pairs
	for !r.done() {
		name, value, assigned := strings.Cut(r.peek(), "=")
		if !assigned {
			break
		}
		if !contains(names, strings.TrimPrefix(name, "$")) {
			return ps, r.fault("", "an attribute of "+word+": "+list(names), names...)
		}
		ps = append(ps, Pair{Pos: r.pos(), Name: strings.TrimPrefix(name, "$"), Value: value})
		r.take()
	}
	return ps, nil
}

// Keyword is bundle.
func (s *Bundle) Keyword() string { return "bundle" }

// ObjectID is the id of the bundle.
func (s *Bundle) ObjectID() string { return string(s.ID) }

func (s *Bundle) print(p *printer) {
	p.word(string(s.ID))
	p.description(s.Desc)
	for _, part := range s.Parts.List {
		lines := part.lines()
		if !s.Tall {
			lines = []string{strings.Join(lines, " ")}
		}
		p.part(strings.Join(lines, " \\\n\t\t"))
	}
}

// lines of the part, cut where crmsh 5.1 cuts them: behind the first attribute
// and each further one, and before each mapping.
func (part BundlePart) lines() []string {
	if part.Primitive != "" {
		return []string{"primitive " + part.Primitive}
	}
	if part.Set != nil {
		return []string{part.Set.text()}
	}
	lines := []string{part.Word}
	for i, p := range part.Attrs {
		if i == 0 {
			lines[0] += " " + p.word()
			continue
		}
		lines = append(lines, p.word())
	}
	for _, m := range part.Mappings {
		ws := []string{mappings[part.Word]}
		for _, p := range m {
			ws = append(ws, p.word())
		}
		lines = append(lines, strings.Join(ws, " "))
	}
	return lines
}
