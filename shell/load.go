package shell

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"crm/cib"
	"crm/cib/crmtext"
	"crm/grammar"
)

// runLoad reads a file into the copy: all of it, or nothing and every fault.
func runLoad(ctx context.Context, c *Call) error {
	words := c.words[1:]
	xml := words[0].Text == "xml"
	if xml {
		words = words[1:]
	}
	if len(words) != 2 {
		return usagef("load: how and which file? usage: load %s", c.Command.Usage)
	}
	how, file := words[0].Text, words[1].Text
	if how == "haresources" && !xml {
		return c.loadOther(ctx, how, words[1])
	}
	if how != "replace" && how != "update" && how != "push" {
		return wrong(Usage, "load", words[0], "is no way to load", "replace, update or push", "replace", "update", "push", "haresources")
	}
	text, err := c.readToLoad(words[1])
	if err != nil {
		return err
	}
	c.source, c.sourceText = file, string(text)
	next, err := c.loaded(ctx, how, string(text), xml || looksLikeXML(string(text)))
	if err != nil {
		return inFile(err, file)
	}
	return c.replaceWith(ctx, next)
}

// readToLoad reads the file that load names. Nothing is fetched from
// elsewhere: what came over the network should be looked at first.
func (c *Call) readToLoad(file grammar.Word) ([]byte, error) {
	if scheme, rest, ok := strings.Cut(file.Text, "://"); ok && grammar.ValidID(scheme) {
		name := rest[strings.LastIndex(rest, "/")+1:]
		return nil, newError(Refused, file.Pos, "load: %s is a URL, and load reads files only: fetch it first (curl -o %s %s), look at it, and load the file",
			file.Text, cmp.Or(name, "FILE"), Quote(file.Text))
	}
	text, err := c.Files.Read(file.Text)
	if err != nil {
		return nil, &Error{Kind: NotFound, Text: "load: " + err.Error(), cause: err}
	}
	if strings.TrimSpace(string(text)) == "" { // most likely a mistake, and with replace or push a grave one
		return nil, newError(Refused, file.Pos, "load: there is nothing in %s; \"erase\" empties the configuration", cmp.Or(map[string]string{"-": "standard input"}[file.Text], file.Text))
	}
	return text, nil
}

// loadOther adds what a file of another language says.
func (c *Call) loadOther(ctx context.Context, kind string, file grammar.Word) error {
	if c.Convert == nil {
		return failf("load: %s cannot be read here", kind)
	}
	text, err := c.readToLoad(file)
	if err != nil {
		return err
	}
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	made, err := c.Convert(kind, file.Text, text, nodeNames(w.doc))
	if err != nil {
		return err
	}
	c.source, c.sourceText = "what "+file.Text+" became", made.Text
	next, err := c.loaded(ctx, "update", made.Text, false)
	if err != nil {
		return inFile(err, c.source)
	}
	for _, n := range made.Notes {
		c.Warn("%s", n)
	}
	return c.replaceWith(ctx, next)
}

func looksLikeXML(text string) bool { return strings.HasPrefix(strings.TrimSpace(text), "<") }

// loaded is the copy with a text applied to it.
func (c *Call) loaded(ctx context.Context, how, text string, xml bool) (*cib.Document, error) {
	next, err := c.copyForEdit(ctx)
	if err != nil {
		return nil, err
	}
	if xml {
		return loadedXML(next, how, text)
	}
	if how == "replace" {
		erase(next, false)
	}
	keep, err := c.applyText(next, text, false)
	if err != nil {
		return nil, err
	}
	if how == "push" {
		err = deleteOthers(next, keep)
	}
	return next, err
}

// applyText applies every statement of a text, and returns the ids it names.
// Whole says that the text tells all there is of the objects in it.
func (c *Call) applyText(doc *cib.Document, text string, whole bool) (map[string]bool, error) {
	if at := strings.IndexByte(text, 0); at >= 0 {
		line := strings.LastIndexByte(text[:at], '\n') + 1
		pos := grammar.Pos{Line: strings.Count(text[:at], "\n") + 1, Col: utf8.RuneCountInString(text[line:at]) + 1}
		return nil, newError(Unreadable, pos, "a NUL byte: this is not a text file; expected statements, or XML that begins with <")
	}
	if _, open := grammar.Lines(text); open {
		return nil, newError(Syntax, grammar.Pos{Line: strings.Count(strings.TrimRight(text, "\n"), "\n") + 1},
			"the last line ends in a backslash: its rest is missing; expected another line")
	}
	statements, faults := grammar.Parse(text)
	if faults != nil {
		return nil, errors.Join(joined(c.everyFault(doc.Copy(), text, statements, faults)), c.aScript(text))
	}
	ids := map[string]bool{}
	for _, st := range statements {
		ids[cmp.Or(st.ObjectID(), st.Keyword())] = true
	}
	ed := crmtext.NewEditor(doc)
	ed.Providers, ed.Whole, ed.Style = c.providers(), whole, c.textStyle()
	err := joined(ed.ApplyAll(statements))
	for _, st := range statements {
		if !whole {
			c.unfinished(st, scriptLine{c.source, 1})
		}
	}
	return ids, err
}

// mostFaults is how many faults of one text or one configuration are told: with
// more it is something else.
const mostFaults = 200

// everyFault adds to the faults of a text what is wrong with the statements
// that can be read: all is told at once. What is missing only because the
// statement that makes it has a fault is not.
func (c *Call) everyFault(scratch *cib.Document, text string, statements []grammar.Statement, faults grammar.Errors) []error {
	broken := map[string]bool{}
	lines, _ := grammar.Lines(text)
	errs := make([]error, 0, len(faults))
	for _, f := range faults {
		errs = append(errs, f)
		at := sort.Search(len(lines), func(i int) bool { return lines[i].Pos.Line > f.Pos.Line })
		if words := strings.Fields(lines[max(at-1, 0)].Text); len(words) > 1 {
			broken[strings.TrimSuffix(words[1], ":")] = true
		}
	}
	ed := crmtext.NewEditor(scratch)
	ed.Providers = c.providers()
	for _, err := range ed.ApplyAll(statements) {
		var e *crmtext.Error
		if errors.As(err, &e) && !broken[e.Missing] {
			errs = append(errs, e)
		}
	}
	sort.SliceStable(errs, func(i, j int) bool { return asError(errs[i]).Line < asError(errs[j]).Line })
	return errs
}

// aScript tells somebody who loads a script of the shell how to run it.
func (c *Call) aScript(text string) error {
	lines, _ := grammar.Lines(text)
	for _, line := range lines {
		words, fault := line.Words()
		if fault != nil || len(words) == 0 || line.Comment() || slices.Contains(grammar.Keywords(), words[0].Text) {
			continue
		}
		configure, _ := c.tree.named("configure")
		_, above := c.tree.named(words[0].Text)
		if _, here := configure.level.named(words[0].Text); above || here {
			return newError(Syntax, words[0].Pos, "%q is a command of the shell, not a statement: if this is a script, run it with \"crm -f FILE\"", words[0].Text)
		}
	}
	return nil
}

// deleteOthers takes out what a pushed text does not name. Nodes stay: it is
// the ring that says which there are.
func deleteOthers(doc *cib.Document, keep map[string]bool) error {
	gone := slices.DeleteFunc(unnamed(objects(doc), keep), func(o object) bool { return o.kind == "node" })
	_, err := deleteAll(doc, gone)
	return err
}

// unnamed are the objects that a text does not name. A property statement
// without an id means the first set of its kind.
func unnamed(all []object, keep map[string]bool) []object {
	seen := map[string]bool{}
	return filterObjects(all, func(o object) bool {
		meant := keep[o.kind] && !seen[o.kind]
		seen[o.kind] = true
		return !keep[o.id] && !meant
	})
}

// loadedXML takes the configuration of an XML text: all of it, or the
// elements it names.
func loadedXML(next *cib.Document, how, text string) (*cib.Document, error) {
	other, err := parseConfiguration(text)
	if err != nil {
		return nil, err
	}
	if how != "update" {
		return Successor(next, other, next.Version()), nil
	}
	for _, name := range cib.Sections() {
		for e := range cib.Children(other.Section(name)) {
			section := next.MakeSection(name)
			if old := next.Find(attr(e, "id")); old != nil && old.Parent() == section {
				section.InsertChildAt(old.Index(), cib.CopyElement(e))
				cib.Remove(old)
				continue
			}
			section.AddChild(cib.CopyElement(e))
		}
	}
	return next, nil
}

// parseConfiguration reads a whole CIB, or a <configuration>.
func parseConfiguration(text string) (*cib.Document, error) {
	e, err := cib.ParseElement(text)
	if err != nil {
		return nil, newError(Syntax, noPos, "%w", err)
	}
	switch e.Tag {
	case "cib":
		return cib.FromElement(e)
	case "configuration":
		doc := cib.New()
		doc.Root().RemoveChild(doc.Configuration())
		doc.Root().InsertChildAt(0, e)
		return doc, nil
	}
	return nil, newError(Syntax, noPos, "<%s> is not a configuration; expected <cib> or <configuration>", e.Tag)
}

// inFile says in which file faults are.
func inFile(err error, file string) error { return within(err, file, 1) }

// runEdit lets the user change text in an editor, again after an error.
func runEdit(ctx context.Context, c *Call) error {
	if c.Edit == nil {
		return c.wrong(Refused, 0, "is not allowed in batch mode: there is no terminal for an editor", "\"load update FILE\"")
	}
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	s, err := c.choose(w, c.words[1:])
	if err != nil {
		return err
	}
	before, suffix := showText(w, s), ".crm"
	if s.xml {
		suffix = ".xml"
	}
	text := []byte(before)
	for {
		text, err = c.Edit(ctx, cmp.Or(c.Options.Editor, c.preference("editor")), text, suffix)
		if err != nil {
			return err
		}
		if string(text) == before {
			c.Info("nothing was changed")
			return nil
		}
		next, err := c.edited(w, s, string(text))
		if err == nil {
			return c.replaceWith(ctx, next)
		}
		c.Report(inFile(err, "edited text"))
		again, asked := c.confirm(ctx, "Do you want to edit it again?", false)
		if asked != nil || !again {
			return errors.Join(asked, failf("edit: the text was not taken over, nothing is changed"))
		}
	}
}

// runFilter hands the text, one object a line, to a program.
func runFilter(ctx context.Context, c *Call) error {
	if c.Filter == nil {
		return c.wrong(Failed, 1, "cannot be run here", "\"save FILE\", a change to the file, \"load update FILE\"")
	}
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	s, err := c.choose(w, c.words[2:])
	if err != nil {
		return err
	}
	text := showText(w, s)
	if !s.xml {
		text = strings.ReplaceAll(text, " \\\n\t", " ")
	}
	changed, err := c.Filter(ctx, c.Args[0], []byte(text))
	if err != nil {
		return &Error{Kind: Failed, Line: c.words[1].Pos.Line, Column: c.words[1].Pos.Col, cause: err, Text: "filter: " + strconv.Quote(c.Args[0]) + " did not go through: " + err.Error() + "; expected a program that reads the configuration and writes it changed"}
	}
	if string(changed) == text {
		return nil
	}
	next, err := c.edited(w, s, string(changed))
	if err != nil {
		return inFile(err, "filtered text")
	}
	return c.replaceWith(ctx, next)
}

// edited is the copy with a changed text in place of what was selected: what
// the text no longer names is deleted.
func (c *Call) edited(w *work, s selection, text string) (*cib.Document, error) {
	next := w.doc.Copy()
	if s.xml {
		how := "update"
		if s.all {
			how = "replace"
		}
		return loadedXML(next, how, text)
	}
	keep, err := c.applyText(next, text, true)
	if err != nil {
		return nil, err
	}
	shown := s.objects
	if s.all {
		shown = objects(w.doc)
	}
	_, err = deleteAll(next, unnamed(shown, keep))
	return next, err
}

// runSelfTest checks that the text of the copy gives the same copy again.
func runSelfTest(ctx context.Context, c *Call) error {
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	again := w.doc.Copy()
	erase(again, false)
	if _, err := c.applyText(again, textOfSome(w.doc, selection{all: true}), true); err != nil {
		return inFile(err, "shown text")
	}
	if before, after := textOf(w.doc, crmtext.Style4), textOf(again, crmtext.Style4); before != after {
		c.print(lineDiff(before, after, c.Style))
		return failf("the text that is shown does not read back as the same configuration")
	}
	return nil
}
