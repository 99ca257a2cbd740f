package shell

import (
	"context"
	"errors"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/cib/crmtext"
)

// work is the configuration being edited: what was read, and the copy with
// the changes.
type work struct {
	base  *cib.Document // as read; nobody changes it
	doc   *cib.Document // base itself until the first edit
	lines []string      // what was typed, for the history
	// refused says that a commit of just this was refused and told of.
	refused bool

	ed   *crmtext.Editor // of edOf; thrown away when something else edits
	edOf *cib.Document
	told int // how many of its notes were told
	// typed is what lines says, with the places.
	typed []typedLine
}

// edited is the document that edits go to: a copy, made at the first edit.
func (w *work) edited() *cib.Document {
	if w.doc == w.base {
		w.doc = w.base.Copy()
	}
	return w.doc
}

// changed tells whether the configuration differs from what was read.
func (w *work) changed() bool {
	if w == nil || w.doc == w.base {
		return false
	}
	return !sameConfiguration(w.base, w.doc)
}

// differs tells the resources and templates of the copy that are not in what
// was read, or not as they were there.
func (w *work) differs() func(*etree.Element) bool {
	old := map[string]*etree.Element{}
	add := func(e *etree.Element) { old[attr(e, "id")] = e }
	for e := range cib.Children(w.base.Section(cib.Resources), "template") {
		add(e)
	}
	for e := range w.base.AllResources() {
		add(e)
	}
	return func(e *etree.Element) bool {
		before := old[attr(e, "id")]
		return before == nil || !cib.Equal(before, e)
	}
}

// note keeps what was typed.
func (w *work) note(c *Call) {
	w.lines = append(w.lines, c.line.Text)
	w.typed = append(w.typed, c.typed())
	w.refused = false
}

// story is what goes into the history.
func (w *work) story() string {
	const most = 2000
	text := strings.Join(w.lines, "\n")
	if len(text) > most {
		text = text[:most] + "..."
	}
	return text
}

// sameConfiguration compares <configuration> and the schema.
func sameConfiguration(a, b *cib.Document) bool {
	if a == b {
		return true
	}
	if attr(a.Root(), "validate-with") != attr(b.Root(), "validate-with") {
		return false
	}
	return cib.Compact(a.Configuration()) == cib.Compact(b.Configuration())
}

// configuration is the session's working copy, read when it is first needed.
func (s *Session) configuration(ctx context.Context) (*work, error) {
	if s.work == nil {
		doc, err := s.read(ctx)
		if err != nil {
			return nil, err
		}
		s.work = &work{base: doc, doc: doc}
	}
	return s.work, nil
}

// edit changes the working copy; text is what was typed. On an error nothing
// has changed.
func (c *Call) edit(ctx context.Context, do func(doc *cib.Document) error) error {
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	if err := do(w.edited()); err != nil {
		return err
	}
	w.ed = nil
	w.note(c)
	return nil
}

// replaceWith makes doc the working copy.
func (c *Call) replaceWith(ctx context.Context, doc *cib.Document) error {
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	w.doc = doc
	w.note(c)
	return nil
}

// Pending tells whether there are changes that are not committed.
func (s *Session) Pending() bool { return s.work.changed() }

func asConflict(err error, target **Conflict) bool { return errors.As(err, target) }

// commitError words a refusal for the user.
func commitError(err error) error {
	var conflict *Conflict
	if errors.As(err, &conflict) {
		return &Error{Kind: Refused, cause: err, Text: err.Error() +
			"; your edit is kept: \"diff\" shows it, \"refresh\" drops it, \"commit force\" puts it in place of the other"}
	}
	return &Error{Kind: kindOr(err, Failed), cause: err, Text: "commit: " + err.Error()}
}
