package shell

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"crm/cib"
	"crm/engine"
)

// runSimulate shows what the cluster would do with the copy.
func runSimulate(ctx context.Context, c *Call) error {
	if len(c.Args) > 0 && c.Args[0] == "why" {
		return simulateWhy(ctx, c)
	}
	words, err := c.planWords()
	if err != nil {
		return err
	}
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	words.failing = c.failing()
	_, err = c.rehearse(c.underPretence(w.doc), words)
	return err
}

// simulateWhy explains where a resource would be with the copy.
func simulateWhy(ctx context.Context, c *Call) error {
	if len(c.Args) < 2 || len(c.Args) > 3 {
		return newError(Usage, noPos, "simulate why: expected a resource, and perhaps a node")
	}
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	return c.explain(c.underPretence(w.doc), c.Args[1:])
}

// planWords are what is wanted besides the plan.
type planWords struct {
	scores, utilization, actions bool

	planned bool            // the plan only, not how it would go
	failing []engine.OpSpec // operations that go wrong
}

// planWords reads what is wanted besides the plan. No window with a graph is
// ever opened, and there is nothing more to say for v, so these words change
// nothing.
func (c *Call) planWords() (wanted planWords, err error) {
	for i, word := range c.Args {
		switch {
		case word == "scores":
			wanted.scores = true
		case word == "utilization":
			wanted.utilization = true
		case word == "actions":
			wanted.actions = true
		case word == "nograph" || strings.Trim(word, "v") == "":
		default:
			return wanted, newError(Usage, c.words[i+1].Pos, "%s: %q is none of nograph, scores, utilization, actions, v", c.Command.Name, word)
		}
	}
	return wanted, nil
}

// rehearse shows what the cluster would do about a configuration, how that
// would go, and how the cluster would be then, in the words of crm_simulate; of
// all this only the plan, when nothing but actions are asked for.
func (c *Call) rehearse(doc *cib.Document, wanted planWords) (*engine.Simulation, error) {
	s, err := c.situation(doc, wanted)
	if err != nil {
		return nil, err
	}
	before := append(s.Notices(), "Current cluster status:")
	if len(before) > 1 {
		before = slices.Insert(before, len(before)-1, "")
	}
	before = append(before, s.StatusLines(true)...)
	out := s.Decide()
	c.warnOf(out)
	done := out.Simulate(wanted.failing)
	if wanted.actions {
		c.print(planText(out))
		return done, nil
	}
	c.sayDate(doc)
	c.print(strings.Join(before, "\n"))
	c.printScores(out, wanted, "\n")
	c.print("\nTransition Summary:\n" + indent(out.SummaryLines()))
	if wanted.planned {
		return done, nil
	}
	after, err := c.situation(done.CIB, planWords{})
	if err != nil {
		return nil, err
	}
	c.print(strings.Join(append([]string{"\nExecuting Cluster Transition:"}, done.Lines...), "\n"))
	c.sayDate(done.CIB)
	c.print("\nRevised Cluster Status:\n" + strings.Join(after.StatusLines(false), "\n"))
	return done, nil
}

// sayDate tells which time counts for a configuration that brings its own.
func (c *Call) sayDate(doc *cib.Document) {
	if at, ok := executionDate(doc); ok {
		c.print("Using the original execution date of: " + at.UTC().Format("2006-01-02 15:04:05Z"))
	}
}

// executionDate is the time at which the policy engine was asked about a
// configuration that it wrote down.
func executionDate(doc *cib.Document) (time.Time, bool) {
	n, err := strconv.ParseInt(cib.Attr(doc.Root(), "execution-date"), 10, 64)
	return time.Unix(n, 0), err == nil
}

// printScores prints what the choice of nodes came from, if it is wanted.
func (c *Call) printScores(out *engine.Output, wanted planWords, above string) {
	title := ""
	switch {
	case wanted.scores && wanted.utilization:
		title = "Assignment Scores and Utilization Information"
	case wanted.scores:
		title = "Assignment Scores"
	case wanted.utilization:
		title = "Utilization Information"
	default:
		return
	}
	c.print(above + title + ":\n" + indent(out.ScoreLines()))
}

// warnOf tells what a decision found wrong with the configuration.
func (s *Session) warnOf(out *engine.Output) {
	for _, w := range out.Warnings() {
		if w.Severity > cib.Note {
			s.Warn("%s", madeBy(w).text)
		}
	}
}

// plan is what the cluster would do with a configuration, in words.
func (s *Session) plan(doc *cib.Document) (string, error) {
	situation, err := s.situation(s.underPretence(doc), planWords{})
	if err != nil {
		return "", err
	}
	out := situation.Decide()
	s.warnOf(out)
	return planText(out), nil
}

func (s *Session) situation(doc *cib.Document, wanted planWords) (*engine.Situation, error) {
	if s.Now == nil {
		return nil, fmt.Errorf("the time is not known here: rules cannot be judged")
	}
	now := s.Now()
	if at, ok := executionDate(doc); ok {
		now = at
	}
	return engine.Read(engine.Input{CIB: doc, Now: now, Clock: s.Now(), Scores: wanted.scores, Utilization: wanted.utilization})
}

func planText(out *engine.Output) string {
	lines := out.SummaryLines()
	if len(lines) == 0 {
		return "The cluster has nothing to do.\n"
	}
	return "Transition Summary:\n" + indent(lines)
}

func indent(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString("  * " + l + "\n")
	}
	return b.String()
}

// runScores shows the score of every resource on every node.
func runScores(ctx context.Context, c *Call) error {
	doc, err := c.read(ctx)
	if err != nil {
		return err
	}
	wanted := planWords{scores: true}
	situation, err := c.situation(doc, wanted)
	if err != nil {
		return err
	}
	out := situation.Decide()
	c.printScores(out, wanted, "")
	c.print(planText(out))
	return nil
}
