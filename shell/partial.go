package shell

import "crm/cib"

// Partial is implemented by clusters with access lists, which show some users
// a part of the CIB only.
type Partial interface {
	// Partial tells whether the last Read left something out.
	Partial() bool
}

// partial tells whether access lists hide a part of the configuration: then
// nothing can be said of what was read, only of what an edit made of it.
func (s *Session) partial() bool {
	p, ok := s.Cluster.(Partial)
	return ok && p.Partial()
}

// Partial is that of the cluster behind.
func (r *rehearsal) Partial() bool {
	p, ok := r.Cluster.(Partial)
	return ok && p.Partial()
}

// hidden words a finding that is no fault when what it misses may be there.
func (s *Session) hidden(f cib.Finding, made finding) finding {
	if f.Absent && s.partial() {
		made.fault, made.text = false, made.text+"; access lists may hide it from you"
	}
	return made
}

// foundIn is everything that is found in a document: what counts as known
// before an edit of a part.
func (s *Session) foundIn(doc *cib.Document) map[string]bool {
	old := map[string]bool{}
	for _, f := range append(s.findings(doc), s.agentFindings(doc, every)...) {
		old[f.text] = f.fault
	}
	for _, f := range s.unwatched(doc) {
		old[f.text] = f.fault
	}
	return old
}

// verifyPartial tells what an edit of a part of the configuration made wrong.
func (c *Call) verifyPartial(w *work) error {
	c.Info("access lists hide a part of the configuration from you: only what this edit makes wrong is told")
	if !w.changed() {
		return nil
	}
	old := c.foundIn(w.base)
	var list []finding
	for _, f := range append(append(c.findings(w.doc), c.agentFindings(w.doc, every)...), c.unwatched(w.doc)...) {
		if _, known := old[f.text]; !known {
			list = append(list, f)
		}
	}
	return c.tell(list)
}

// tellPlan shows what the cluster would do with a document. From a part of the
// configuration it cannot be told.
func (s *Session) tellPlan(doc *cib.Document) {
	if s.partial() {
		s.Info("access lists hide a part of the configuration from you: what the cluster would do cannot be told")
		return
	}
	text, err := s.plan(doc)
	if err != nil {
		s.Warn("what the cluster would do is not known: %v", err)
		return
	}
	s.print(text)
}
