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
	scores, err := c.planWords()
	if err != nil {
		return err
	}
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	return c.decide(c.underPretence(w.doc), scores)
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

// planWords reads what is wanted besides the plan.
func (c *Call) planWords() (scores bool, err error) {
	for i, word := range c.Args {
		switch {
		case word == "scores" || word == "utilization":
			scores = true
		case word == "nograph" || word == "actions" || strings.Trim(word, "v") == "":
		default:
			return false, newError(Usage, c.words[i+1].Pos, "%s: %q is none of nograph, scores, utilization, actions, v", c.Command.Name, word)
		}
	}
	return scores, nil
}

// decide prints what the cluster would do, and the scores when they are asked
// for.
func (c *Call) decide(doc *cib.Document, scores bool) error {
	out, err := c.decision(doc, scores)
	if err != nil {
		return err
	}
	if scores {
		c.print("Assignment Scores:\n" + indent(out.ScoreLines()))
	}
	c.print(planText(out))
	return nil
}

// plan is what the cluster would do with a configuration, in words.
func (s *Session) plan(doc *cib.Document) (string, error) {
	out, err := s.decision(s.underPretence(doc), false)
	if err != nil {
		return "", err
	}
	return planText(out), nil
}

func (s *Session) decision(doc *cib.Document, scores bool) (*engine.Output, error) {
	if s.Now == nil {
		return nil, fmt.Errorf("the time is not known here: rules cannot be judged")
	}
	return engine.Run(engine.Input{CIB: doc, Now: s.Now(), Scores: scores})
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
	return c.decide(doc, true)
}
