package shell

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"crm/cib"
	"crm/cib/crmtext"
	"crm/completions"
	"crm/grammar"
)

func runShow(ctx context.Context, c *Call) error {
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	s, err := c.choose(w, c.words[1:])
	if err != nil {
		return err
	}
	s.hide = append(s.hide, c.preference("obscure-pattern"))
	s.plain = true
	text := showText(w, s)
	if !s.xml {
		text = highlight(text, c.Style)
	}
	c.print(text)
	return nil
}

// showText is the selection as text, or as XML.
func showText(w *work, s selection) string {
	if s.xml {
		return selectedXML(w.doc, s)
	}
	return textOfSome(w.doc, s)
}

// hideValues puts stars in the place of what is not to be shown.
func hideValues(doc *cib.Document, patterns []string) {
	if len(patterns) == 0 {
		return
	}
	p := crmtext.Printer{Hide: strings.Join(patterns, " ")}
	for nv := range cib.Walk(doc.Configuration()) {
		if nv.Tag == "nvpair" && attr(nv, "value") != "" && p.Hides(attr(nv, "name")) {
			nv.CreateAttr("value", crmtext.Stars)
		}
	}
}

// selectedXML is a CIB with only what is selected. A member of a group or
// clone stands in what it is in.
func selectedXML(doc *cib.Document, s selection) string {
	out := cib.New()
	for _, a := range doc.Root().Attr {
		out.Root().CreateAttr(a.FullKey(), a.Value)
	}
	for _, name := range cib.Sections() {
		from := doc.Section(name)
		for e := range cib.Children(from) {
			keep := s.all || s.has(e)
			if !keep && cib.IsResource(e) {
				keep = slices.ContainsFunc(s.objects, func(o object) bool { return cib.IsResource(o.element) && cib.Outermost(o.element) == e })
			}
			if keep {
				out.MakeSection(name).AddChild(cib.CopyElement(e))
			}
		}
	}
	hideValues(out, s.hide)
	cib.Remove(out.Status())
	return "<?xml version=\"1.0\" ?>\n" + cib.Format(out.Root())
}

func runSave(ctx context.Context, c *Call) error {
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	n := len(c.words)
	s, err := c.choose(w, c.words[1:n-1])
	if err != nil {
		return err
	}
	return c.Files.Write(c.words[n-1].Text, []byte(strings.TrimSuffix(showText(w, s), "\n")+"\n"))
}

func runObjects(ctx context.Context, c *Call) error {
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	for _, o := range objects(w.doc) {
		c.printf("%s %s\n", o.kind, o.id)
	}
	return nil
}

func runKeywords(_ context.Context, c *Call) error {
	c.print(columns(grammar.Keywords(), 80))
	return nil
}

func runGetProperty(ctx context.Context, c *Call) error {
	names := c.words[1:]
	strict := len(names) > 0 && (names[0].Text == "-t" || names[0].Text == "--true")
	if strict {
		names = names[1:]
	}
	if len(names) == 0 {
		c.print(propertyNames())
		return nil
	}
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	for _, n := range names {
		v, ok := w.doc.Property(n.Text)
		if !ok {
			v, ok = propertyDefault(n.Text)
		}
		switch {
		case strict:
			c.print(strconv.FormatBool(cib.IsTrue(v)))
		case !ok:
			return noProperty(w.doc, n)
		default:
			c.print(v)
		}
	}
	return nil
}

// propertyNames lists the cluster options, in columns.
func propertyNames() string {
	names := make([]string, len(completions.Properties))
	for i, p := range completions.Properties {
		names[i] = p.Name
	}
	return columns(names, 80)
}

func noProperty(doc *cib.Document, word grammar.Word) error {
	if _, ok := completions.PropertyNamed(word.Text); ok {
		return wrong(NotFound, "get_property", word, "is not set and has no default", "a property that is set or has one")
	}
	var known []string
	for _, p := range completions.Properties {
		known = append(known, p.Name)
	}
	for nv := range cib.Children(cib.Child(doc.Section(cib.CrmConfig), "cluster_property_set"), "nvpair") {
		known = append(known, attr(nv, "name"))
	}
	return wrong(NotFound, "get_property", word, "is not set, and is no property with a default", "a property; \"get_property\" alone lists them", known...)
}
