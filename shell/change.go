package shell

import (
	"context"
	"path"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/grammar"
)

// read fetches the newest CIB.
func (s *Session) read(ctx context.Context) (*cib.Document, error) {
	doc, err := s.Cluster.Read(ctx)
	if err != nil {
		return nil, &Error{Kind: kindOr(err, NoCluster), Text: err.Error(), cause: err}
	}
	return doc, nil
}

func kindOr(err error, other Kind) Kind {
	if k := KindOf(err); k != Failed {
		return k
	}
	return other
}

// change edits the configuration in force and commits at once: what resource,
// node and maintenance commands do. Nothing is written when edit changed
// nothing.
func (s *Session) change(ctx context.Context, note string, edit func(*cib.Document) (bool, error)) error {
	const tries = 3
	for try := 1; ; try++ {
		base, err := s.read(ctx)
		if err != nil {
			return err
		}
		next := base.Copy()
		changed, err := edit(next)
		if err != nil || !changed {
			return err
		}
		_, err = s.Cluster.Commit(ctx, Change{Base: base, Next: next, Note: note})
		var conflict *Conflict
		if asConflict(err, &conflict) && try < tries {
			continue // the edit is a small one: made again on the newer configuration
		}
		if err != nil {
			return commitError(err)
		}
		return s.waitIfAsked(ctx)
	}
}

func (s *Session) waitIfAsked(ctx context.Context) error {
	if !s.Options.Wait && s.preference("wait") != "yes" {
		return nil
	}
	return s.Cluster.Wait(ctx)
}

// resolve finds the resources that the arguments mean: ids, tags, and
// patterns with * and ?.
func resolve(doc *cib.Document, args []string) ([]*etree.Element, error) {
	var found []*etree.Element
	add := func(id string) bool {
		e := doc.Resource(id)
		if e != nil {
			found = append(found, e)
		}
		return e != nil
	}
	for _, a := range args {
		if add(a) {
			continue
		}
		if ids, ok := tagged(doc, a); ok {
			for _, id := range ids {
				add(id)
			}
			continue
		}
		if strings.ContainsAny(a, "*?[") && addMatching(doc, a, add) {
			continue
		}
		return nil, noResource(doc, a)
	}
	return found, nil
}

func addMatching(doc *cib.Document, pattern string, add func(string) bool) bool {
	any := false
	for _, id := range resourceNames(doc) {
		if ok, err := path.Match(pattern, id); err == nil && ok {
			any = add(id) || any
		}
	}
	return any
}

func noResource(doc *cib.Document, id string) error {
	known := resourceNames(doc)
	err := newError(NotFound, noPos, "there is no resource %q", id)
	switch guess := grammar.Near(id, known); {
	case guess != "":
		err.Text += " (did you mean " + strconv.Quote(guess) + "?)"
	case len(known) == 0:
		err.Text += ": the configuration has no resources"
	}
	return err
}

func noNode(doc *cib.Document, name string) error {
	known := nodeNames(doc)
	err := newError(NotFound, noPos, "there is no node %q", name)
	switch guess := grammar.Near(name, known); {
	case guess != "":
		err.Text += " (did you mean " + strconv.Quote(guess) + "?)"
	case len(known) > 0:
		err.Text += "; the nodes are " + strings.Join(known, ", ")
	}
	return err
}
