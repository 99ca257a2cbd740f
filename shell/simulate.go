package shell

import (
	"context"
	"errors"

	"crm/cib"
)

// runSimulate shows what the cluster would do with the copy.
func runSimulate(ctx context.Context, c *Call) error {
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	text, err := c.plan(w.doc)
	c.print(text)
	return err
}

// plan is what the cluster would do with a configuration, in words.
func (s *Session) plan(doc *cib.Document) (string, error) {
	return "", errors.New("the policy engine is not connected yet")
}

func runScores(ctx context.Context, c *Call) error {
	doc, err := c.read(ctx)
	if err != nil {
		return err
	}
	text, err := c.plan(doc)
	c.print(text)
	return err
}
