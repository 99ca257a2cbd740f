package shell

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
)

// commitOptions are the words behind commit, and whether the question was
// asked already (on leaving the level).
type commitOptions struct{ force, replace, asked bool }

func runCommit(ctx context.Context, c *Call) error {
	var o commitOptions
	for i, word := range c.Args {
		switch word {
		case "force":
			o.force = true
		case "replace":
			o.replace = true
		default:
			return c.wrong(Usage, i+1, "does not fit here", "force, replace or nothing", "force", "replace")
		}
	}
	if !c.Pending() {
		return c.nothingToCommit()
	}
	return c.commit(ctx, o)
}

func (c *Call) nothingToCommit() error {
	c.Info("apparently there is nothing to commit")
	c.Info("try changing something first")
	return nil
}

// commit checks, shows, asks and commits the working copy. When it does not
// go through the copy is kept.
func (s *Session) commit(ctx context.Context, o commitOptions) error {
	w := s.work
	force := o.force || s.Options.Force
	w.refused = true // until it has gone through, or another edit
	if err := s.check(w); err != nil && !force {
		return err
	}
	ok, err := s.approve(ctx, o)
	if err != nil || !ok {
		return err
	}
	v, err := s.Cluster.Commit(ctx, Change{Base: w.base, Next: w.doc, Note: w.story(), Force: o.force || o.replace})
	if err != nil {
		return commitError(err)
	}
	if s.Interactive {
		s.Info("committed as version %s", v)
	}
	s.work = nil
	return s.waitIfAsked(ctx)
}

// check tells what is wrong with the copy. Faults that were there before the
// edit are told but do not stop it.
func (s *Session) check(w *work) error {
	if s.preference("check-frequency") == "never" {
		return nil
	}
	old := map[string]bool{} // whether what was found before was a fault
	findings := s.findings(w.doc)
	switch {
	case s.partial():
		old = s.foundIn(w.base)
	case len(findings) > 0:
		for _, f := range s.findings(w.base) {
			old[f.text] = f.fault
		}
	}
	var news []finding
	for _, f := range append(findings, s.agentFindings(w.doc, w.differs())...) {
		wasFault, known := old[f.text]
		switch {
		case s.partial() && known && (wasFault || !f.fault):
			continue // that may be for what is hidden
		case f.fault && wasFault:
			f.fault, f.text = false, f.text+" (it was so before)"
		case known && !f.fault:
			continue
		}
		f.fault = f.fault && s.preference("check-mode") != "relaxed"
		news = append(news, f)
	}
	return s.tell(news)
}

// approve shows what a commit would change and do, and asks. Without a person
// it shows that only of a running cluster, and does not ask.
func (s *Session) approve(ctx context.Context, o commitOptions) (bool, error) {
	person := s.Interactive && s.Ask != nil
	if !person && !s.Options.Preview && !s.Cluster.Live() || o.asked {
		return true, nil
	}
	s.print(s.changesText())
	s.tellPlan(s.work.doc)
	if !person || s.Options.Yes || s.Options.Force {
		return true, nil
	}
	ok, err := s.Ask(ctx, "Do you want to commit this?")
	if err == nil && !ok {
		s.Info("not committed; the edit is kept")
	}
	return ok, err
}

// changesText is the difference between what was read and the copy, as the
// language writes it.
func (s *Session) changesText() string {
	w := s.work
	if !w.changed() {
		return ""
	}
	text := lineDiff(textOf(w.base, s.textStyle()), textOf(w.doc, s.textStyle()), s.Style)
	if text == "" { // something the language does not show
		text = lineDiff(cib.Format(w.base.Configuration()), cib.Format(w.doc.Configuration()), s.Style)
	}
	return text
}

func runDiff(ctx context.Context, c *Call) error {
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	if len(c.Args) == 1 {
		if c.Args[0] != "xml" {
			return c.wrong(Usage, 1, "does not fit here", "xml, or nothing", "xml")
		}
		c.print(lineDiff(cib.Format(w.base.Configuration()), cib.Format(w.doc.Configuration()), c.Style))
		return nil
	}
	c.print(c.changesText())
	return nil
}

func runVerify(ctx context.Context, c *Call) error {
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	if c.partial() {
		return c.verifyPartial(w)
	}
	return c.tell(c.decisionFindings(w.doc, slices.Concat(c.findings(w.doc), c.agentFindings(w.doc, every), c.unwatched(w.doc))))
}

// runVerifyLive checks what is in force.
func runVerifyLive(ctx context.Context, c *Call) error {
	if len(c.Args) == 1 && c.Args[0] != "scores" {
		return newError(Usage, c.words[1].Pos, "verify: %q is not scores; usage: %s", c.Args[0], c.usage())
	}
	doc, err := c.read(ctx)
	if err != nil {
		return err
	}
	if c.partial() {
		return c.verifyPartial(&work{base: doc, doc: doc})
	}
	err = c.tell(c.decisionFindings(doc, slices.Concat(c.findings(doc), c.agentFindings(doc, every), c.unwatched(doc))))
	if len(c.Args) == 1 {
		return errors.Join(err, runScores(ctx, c))
	}
	return err
}

// decisionFindings adds what the policy engine would complain about, but for
// what was found already.
func (s *Session) decisionFindings(doc *cib.Document, found []finding) []finding {
	situation, err := s.situation(doc, planWords{})
	if err != nil {
		return found
	}
	known := found
	for _, w := range situation.Decide().Warnings() {
		said := slices.ContainsFunc(known, func(f finding) bool { return f.id == w.ID || strings.Contains(f.text, w.ID+":") })
		if w.Severity > cib.Note && !said {
			f := madeBy(w)
			f.fault = false
			found = append(found, f)
		}
	}
	return found
}

// tell reports findings; faults make an error.
func (s *Session) tell(findings []finding) error {
	if len(findings) == 0 {
		return nil
	}
	var faults []error
	warnings := 0
	o := s.work.origins()
	for _, f := range findings {
		switch {
		case f.fault && len(faults) < mostFaults:
			faults = append(faults, o.placed(f))
		case f.fault:
			faults = append(faults, nil)
		case warnings < mostFaults:
			s.Warn("%s", o.placed(f))
			warnings++
		default:
			warnings++
		}
	}
	if warnings > mostFaults {
		s.Warn("and %d more warnings", warnings-mostFaults)
	}
	slices.SortStableFunc(faults[:min(len(faults), mostFaults)], inOrderTyped)
	return joined(faults)
}

// inOrderTyped compares faults by their places; those without one come last.
func inOrderTyped(a, b error) int {
	x, y := asError(a), asError(b)
	if x.Line == 0 || y.Line == 0 {
		return min(y.Line, 1) - min(x.Line, 1)
	}
	return cmp.Or(strings.Compare(x.File, y.File), x.Line-y.Line, x.Column-y.Column)
}

// joined makes one error of faults, of which it tells so many.
func joined(faults []error) error {
	if n := len(faults) - mostFaults; n > 0 {
		faults = append(faults[:mostFaults:mostFaults], more(n))
	}
	return errors.Join(faults...)
}

// more stands for so many errors that are not told.
type more int

// Error says how many.
func (n more) Error() string { return fmt.Sprintf("and %d more errors", int(n)) }

func every(*etree.Element) bool { return true }

// finding is something that a check noticed.
type finding struct {
	fault bool // else a warning
	text  string
	id    string         // of the nearest element that has one
	at    *etree.Element // nil when it is about none
	name  string         // the attribute that it is about, "" if none
	value string         // its value, or the id that it names
}

// upgradeTo is the schema that upgrade goes to when none is named: the newest
// that every Pacemaker 2.1 reads.
const upgradeTo = "pacemaker-3.9"

// runUpgrade converts the copy to a newer schema.
func runUpgrade(ctx context.Context, c *Call) error {
	schema := upgradeTo
	for i, word := range c.Args {
		switch {
		case word == "force":
		case slices.Contains(schemaNames(), word):
			schema = word
		default:
			return c.wrong(NotFound, i+1, "is not a schema", "force, or a schema up to "+cib.NewestSchema, append(schemaNames(), "force")...)
		}
	}
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	now := attr(w.doc.Root(), "validate-with")
	if slices.Index(schemaNames(), now) >= slices.Index(schemaNames(), schema) {
		c.Info("the schema is %s already; \"upgrade %s\" goes to the newest", now, cib.NewestSchema)
		return nil
	}
	next, notes, err := cib.UpgradeTo(w.doc, schema)
	if err != nil {
		return newError(Refused, noPos, "upgrade: %w", err)
	}
	for _, n := range notes {
		c.Info("%s", n)
	}
	return c.replaceWith(ctx, next)
}

func runRollback(ctx context.Context, c *Call) error {
	r, err := c.revision(ctx, c.Args[0], c.words[1].Pos)
	if err != nil {
		return err
	}
	old, err := cib.Parse(r.CIB)
	if err != nil {
		return fmt.Errorf("version %s of the history: %w", r.Version, err)
	}
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	if err := c.replaceWith(ctx, Successor(w.base, old, w.base.Version())); err != nil {
		return err
	}
	c.Info("the configuration of version %s is in the copy now: \"diff\" shows what it changes, \"commit\" puts it in force", r.Version)
	return nil
}

// schemaNames are the schemas a configuration may be written in.
func schemaNames() []string {
	list := []string{"pacemaker-1.0", "pacemaker-1.1", "pacemaker-1.2", "pacemaker-1.3", "pacemaker-2.0", "pacemaker-2.1", "pacemaker-2.2",
		"pacemaker-2.3", "pacemaker-2.4", "pacemaker-2.5", "pacemaker-2.6", "pacemaker-2.7", "pacemaker-2.8", "pacemaker-2.9", "pacemaker-2.10"}
	for n := range 11 {
		list = append(list, fmt.Sprintf("pacemaker-3.%d", n))
	}
	return append(list, "pacemaker-4.0", "none")
}

func setSchema(doc *cib.Document, name string, c *Call) error {
	if !slices.Contains(schemaNames(), name) {
		return c.wrong(NotFound, 1, "is not a schema", "pacemaker-1.0 to "+cib.NewestSchema+", or none", schemaNames()...)
	}
	if attr(doc.Root(), "validate-with") == name {
		c.Info("already using schema %s", name)
		return nil
	}
	doc.Root().CreateAttr("validate-with", name)
	return nil
}
