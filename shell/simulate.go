package shell

import (
	"context"
	"fmt"
	"strings"

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
type planWords struct{ scores, utilization, actions bool }

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
// would go, and how the cluster would be then; of all this only the plan, when
// nothing but actions are asked for.
func (c *Call) rehearse(doc *cib.Document, wanted planWords) (*engine.Simulation, error) {
	s, err := c.situation(doc, wanted)
	if err != nil {
		return nil, err
	}
	before := append(s.Notices(), s.StatusLines(true)...)
	out := s.Decide()
	c.warnOf(out)
	done := out.Simulate(nil)
	if wanted.actions {
		c.print(planText(out))
		return done, nil
	}
	c.print("Current cluster status:\n" + strings.Join(before, "\n"))
	c.printScores(out, wanted, "\n")
	c.print("\n" + planText(out))
	if len(done.Lines) == 0 {
		return done, nil
	}
	after, err := c.situation(done.CIB, planWords{})
	if err != nil {
		return nil, err
	}
	c.print("\nExecuting Cluster Transition:\n" + strings.Join(done.Lines, "\n"))
	c.print("\nRevised Cluster Status:\n" + strings.Join(after.StatusLines(false), "\n"))
	return done, nil
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
			s.Warn("%s", s.findingText(w))
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
	return engine.Read(engine.Input{CIB: doc, Now: s.Now(), Scores: wanted.scores, Utilization: wanted.utilization})
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
