package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/beevik/etree"
)

// sorted are the sections whose members have no order.
var sortedSections = map[string]bool{"resources": true, "constraints": true, "tags": true, "acls": true, "alerts": true, "nodes": true,
	"crm_config": true, "rsc_defaults": true, "op_defaults": true}

// canonical is the configuration of a CIB file, a line an element: sections
// and their members in one order, attributes sorted, empty sections dropped.
func canonical(file string) ([]string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(data); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	config := doc.FindElement("/cib/configuration")
	if config == nil {
		return nil, fmt.Errorf("%s: no configuration", file)
	}
	sections := config.ChildElements()
	slices.SortFunc(sections, func(a, b *etree.Element) int { return strings.Compare(a.Tag, b.Tag) })
	var out []string
	for _, s := range sections {
		members := s.ChildElements()
		if len(members) == 0 {
			continue
		}
		if sortedSections[s.Tag] {
			slices.SortStableFunc(members, func(a, b *etree.Element) int {
				return strings.Compare(a.Tag+" "+a.SelectAttrValue("id", ""), b.Tag+" "+b.SelectAttrValue("id", ""))
			})
		}
		out = append(out, s.Tag)
		for _, m := range members {
			out = write(out, m, "  ")
		}
	}
	return out, nil
}

func write(out []string, e *etree.Element, in string) []string {
	var words []string
	for _, a := range e.Attr {
		words = append(words, fmt.Sprintf("%s=%q", a.FullKey(), a.Value))
	}
	slices.Sort(words)
	line := in + e.Tag
	if len(words) > 0 {
		line += " " + strings.Join(words, " ")
	}
	out = append(out, line)
	for _, t := range e.Child {
		switch t := t.(type) {
		case *etree.Element:
			out = write(out, t, in+"  ")
		case *etree.Comment:
			out = append(out, in+"  <!--"+t.Data+"-->")
		}
	}
	return out
}
