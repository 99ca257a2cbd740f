package shell

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/completions"
	"crm/engine"
	"crm/grammar"
)

func cibstatusLevel() *Level {
	words := completions.Each(completions.Plain("nograph", "scores", "utilization", "actions", "v", "vv", "vvv"))
	return &Level{Name: "cibstatus", Short: "try things on the status: what if a node or an operation failed",
		Help: `Works on a copy of the status; the cluster does not notice. simulate and commit
in configure show what would happen with the edited status, until "load live".`,
		Commands: []*Command{
			{Name: "load", Usage: "<file>|shadow:<cib>|live", Short: "take the status from somewhere", Args: exactly(1),
				Complete: completions.InTurn(completions.Plain("live", "shadow:")), Run: runStatusLoad},
			{Name: "save", Usage: "[<file>|shadow:<cib>]", Short: "write the CIB with the edited status", Args: between(0, 1),
				Complete: completions.Nothing, Run: runStatusSave},
			{Name: "origin", Short: "tell where the status comes from", Args: none(), Run: runStatusOrigin},
			{Name: "show", Usage: "[changed]", Short: "show the status, or what was edited", Args: between(0, 1),
				Complete: completions.InTurn(completions.Plain("changed")), Run: runStatusShow},
			{Name: "quorum", Usage: "<bool>", Short: "pretend to have quorum or not", Args: exactly(1),
				Complete: completions.InTurn(completions.Plain("yes", "no", "true", "false", "on", "off")), Run: runStatusQuorum},
			{Name: "node", Usage: "<node> online|offline|unclean", Short: "pretend that a node is in a state", Args: exactly(2),
				Complete: completions.InTurn(completions.NodesAndIDs, completions.Plain("online", "offline", "unclean")), Run: runStatusNode},
			{Name: "op", Usage: "<operation> <rsc> <result> [<status>] [<node>]", Short: "pretend the result of an operation", Args: between(3, 5),
				Complete: completions.InTurn(completions.Plain("probe", "monitor", "start", "stop", "migrate_to", "migrate_from", "promote", "demote",
					"notify", "reload"), completions.Primitives, completions.Plain(resultNames...), completions.Plain(resultStates...), completions.Nodes), Run: runStatusOp},
			{Name: "ticket", Usage: "<ticket> grant|revoke|activate|standby", Short: "pretend the state of a ticket", Args: exactly(2),
				Complete: completions.InTurn(completions.Tickets, completions.Plain("grant", "revoke", "standby", "activate")), Run: runStatusTicket},
			{Name: "run", Usage: "[nograph] [scores] [utilization] [v...]", Short: "show what the cluster would do", Args: atLeast(0), Complete: words,
				Run: runStatusRun},
			{Name: "simulate", Usage: "[nograph] [scores] [utilization] [v...]", Short: "carry that out in thought, and keep the result", Args: atLeast(0),
				Complete: words, Run: runStatusSimulate},
		}}
}

// resultNames are crmsh's words for the results of an agent, by their number.
var resultNames = []string{"success", "unknown", "args", "unimplemented", "perm", "installed", "configured", "not_running", "master",
	"failed_master"}

// pretence is a status that was edited.
type pretence struct {
	doc    *cib.Document // whose status it is
	origin string
	edits  []string
	// failing operations go wrong when simulate comes to them.
	failing []engine.OpSpec
}

// pretend is the session's edited status, begun from the cluster's.
func (s *Session) pretend(ctx context.Context) (*pretence, error) {
	if s.status == nil {
		doc, err := s.read(ctx)
		if err != nil {
			return nil, err
		}
		s.status = &pretence{doc: doc, origin: s.Cluster.Name()}
	}
	return s.status, nil
}

// underPretence is a configuration with the edited status, if there is one.
func (s *Session) underPretence(doc *cib.Document) *cib.Document {
	if s.status == nil {
		return doc
	}
	next := Successor(s.status.doc, doc, doc.Version())
	if quorum := attr(s.status.doc.Root(), "have-quorum"); quorum != "" {
		next.Root().CreateAttr("have-quorum", quorum)
	}
	return next
}

// failing are the operations that are told to go wrong.
func (s *Session) failing() []engine.OpSpec {
	if s.status == nil {
		return nil
	}
	return s.status.failing
}

// suppose edits the status by the policy engine's own means.
func (c *Call) suppose(ctx context.Context, what engine.WhatIf) error {
	p, err := c.pretend(ctx)
	if err != nil {
		return err
	}
	doc := p.doc.Copy()
	situation, err := engine.Read(engine.Input{CIB: doc, Now: c.Now()})
	if err != nil {
		return err
	}
	_, problems := situation.Suppose(&what)
	if err := errors.Join(problems...); err != nil {
		return err
	}
	p.doc = doc
	p.edits = append(p.edits, c.line.Text)
	return nil
}

func runStatusLoad(ctx context.Context, c *Call) error {
	from := c.Args[0]
	name, isShadow := strings.CutPrefix(from, "shadow:")
	switch {
	case from == "live":
		c.status = nil
		return nil
	case isShadow:
		shadows, err := c.shadows()
		if err != nil {
			return err
		}
		cluster, err := shadows.Open(name)
		if err != nil {
			return err
		}
		doc, err := cluster.Read(ctx)
		if err != nil {
			return err
		}
		c.status = &pretence{doc: doc, origin: from}
		return nil
	}
	text, err := c.Files.Read(from)
	if err != nil {
		return err
	}
	doc, err := cib.Parse(text)
	if err != nil {
		return failf("%s: %w", from, err)
	}
	c.status = &pretence{doc: doc, origin: from}
	return nil
}

func runStatusSave(ctx context.Context, c *Call) error {
	p, err := c.pretend(ctx)
	if err != nil {
		return err
	}
	to := p.origin
	if len(c.Args) == 1 {
		to = c.Args[0]
	}
	if name, isShadow := strings.CutPrefix(to, "shadow:"); isShadow {
		shadows, err := c.shadows()
		if err != nil {
			return err
		}
		return shadows.Create(name, p.doc.Bytes(), true)
	}
	if len(c.Args) == 0 && to == c.Cluster.Name() {
		return usagef("save: where? the status of %s is not written by hand; usage: %s", c.Cluster.Describe(), c.usage())
	}
	return c.Files.Write(to, p.doc.Bytes())
}

func runStatusOrigin(ctx context.Context, c *Call) error {
	p, err := c.pretend(ctx)
	if err != nil {
		return err
	}
	changed := ""
	if len(p.edits) > 0 {
		changed = " (modified)"
	}
	c.print(p.origin + changed)
	return nil
}

func runStatusShow(ctx context.Context, c *Call) error {
	p, err := c.pretend(ctx)
	if err != nil {
		return err
	}
	if len(c.Args) == 0 {
		c.print(cib.Format(p.doc.Status()))
		return nil
	}
	if c.Args[0] != "changed" {
		return newError(Usage, c.words[1].Pos, "show: %q is not changed", c.Args[0])
	}
	for _, line := range p.edits {
		c.print(line)
	}
	return nil
}

func runStatusQuorum(ctx context.Context, c *Call) error {
	v := c.Args[0]
	if !cib.IsTrue(v) && !cib.IsFalse(v) {
		return newError(Usage, c.words[1].Pos, "quorum: %q is neither yes nor no", v)
	}
	return c.suppose(ctx, engine.WhatIf{Quorum: strconv.FormatBool(cib.IsTrue(v))})
}

func runStatusNode(ctx context.Context, c *Call) error {
	p, err := c.pretend(ctx)
	if err != nil {
		return err
	}
	n := p.doc.Node(c.Args[0])
	if n == nil {
		return noNode(p.doc, c.Args[0])
	}
	return c.supposeState(ctx, nodeName(n), []supposition{
		{"online", func(name []string) engine.WhatIf { return engine.WhatIf{NodeUp: name} }},
		{"offline", func(name []string) engine.WhatIf { return engine.WhatIf{NodeDown: name} }},
		{"unclean", func(name []string) engine.WhatIf { return engine.WhatIf{NodeFail: name} }},
	})
}

func runStatusTicket(ctx context.Context, c *Call) error {
	return c.supposeState(ctx, c.Args[0], []supposition{
		{"grant", func(name []string) engine.WhatIf { return engine.WhatIf{Grant: name} }},
		{"revoke", func(name []string) engine.WhatIf { return engine.WhatIf{Revoke: name} }},
		{"standby", func(name []string) engine.WhatIf { return engine.WhatIf{Standby: name} }},
		{"activate", func(name []string) engine.WhatIf { return engine.WhatIf{Activate: name} }},
	})
}

// supposition is a state that something may be in, and how to pretend it.
type supposition struct {
	word string
	what func(name []string) engine.WhatIf
}

// supposeState pretends that name is in the state that the second argument
// says.
func (c *Call) supposeState(ctx context.Context, name string, states []supposition) error {
	var words []string
	for _, s := range states {
		if s.word == c.Args[1] {
			return c.suppose(ctx, s.what([]string{name}))
		}
		words = append(words, s.word)
	}
	return newError(Usage, c.words[2].Pos, "%s: %q is none of %s", c.Command.Name, c.Args[1], strings.Join(words, ", "))
}

// runStatusOp pretends the result of an operation, on the node where the
// resource runs unless one is named.
func runStatusOp(ctx context.Context, c *Call) error {
	p, err := c.pretend(ctx)
	if err != nil {
		return err
	}
	task, rsc := c.Args[0], c.Args[1]
	e := p.doc.Resource(rsc)
	if e == nil {
		return noResource(p.doc, rsc)
	}
	rc, err := resultNumber(c.words[3])
	if err != nil {
		return err
	}
	var interval time.Duration
	switch task {
	case "probe":
		task = "monitor"
	case "monitor":
		for _, op := range operationsOf(e, "monitor", "") {
			interval, _ = span(attr(op, "interval"))
			break
		}
	}
	node, state, err := c.nodeOfResult(p.doc, e)
	if err != nil {
		return err
	}
	result := fmt.Sprintf("%s_%s_%d@%s=%d", rsc, task, interval.Milliseconds(), node, rc)
	if state != "done" {
		return c.supposeFailing(p, result)
	}
	return c.suppose(ctx, engine.WhatIf{Results: []string{result}})
}

// supposeFailing lets an operation fail when simulate comes to it.
func (c *Call) supposeFailing(p *pretence, result string) error {
	spec, err := engine.ParseOpSpec(result)
	if err != nil {
		return err
	}
	p.failing = append(p.failing, spec)
	p.edits = append(p.edits, c.line.Text)
	return nil
}

// resultStates are what may stand between a result and its node.
var resultStates = []string{"done", "timeout", "cancelled", "notsupported", "error"}

// nodeOfResult reads the last words of op: the state that the operation ended
// in, and its node.
func (c *Call) nodeOfResult(doc *cib.Document, e *etree.Element) (node, state string, err error) {
	rest, state := c.words[4:], "done"
	if len(rest) > 0 && slices.Contains(resultStates, rest[0].Text) {
		rest, state = rest[1:], rest[0].Text
	}
	switch {
	case len(rest) == 0:
		node, err = whereOne(doc, e)
		return node, state, err
	case len(rest) > 1:
		return "", "", newError(Usage, rest[0].Pos, "op: %q is none of %s", rest[0].Text, strings.Join(resultStates, ", "))
	}
	n := doc.Node(rest[0].Text)
	if n == nil {
		return "", "", noNode(doc, rest[0].Text)
	}
	return nodeName(n), state, nil
}

func resultNumber(w grammar.Word) (int, error) {
	if n := slices.Index(resultNames, w.Text); n >= 0 {
		return n, nil
	}
	n, err := strconv.Atoi(w.Text)
	if err != nil || n < 0 || n > 255 {
		return 0, newError(Usage, w.Pos, "op: %q is no result; expected a number or one of %s", w.Text, strings.Join(resultNames, ", "))
	}
	return n, nil
}

func runStatusRun(ctx context.Context, c *Call) error {
	words, err := c.planWords()
	if err != nil {
		return err
	}
	p, err := c.pretend(ctx)
	if err != nil {
		return err
	}
	words.planned = true
	_, err = c.rehearse(p.doc, words)
	return err
}

// runStatusSimulate carries the decision out in thought; the status is then
// what would have come of it.
func runStatusSimulate(ctx context.Context, c *Call) error {
	words, err := c.planWords()
	if err != nil {
		return err
	}
	p, err := c.pretend(ctx)
	if err != nil {
		return err
	}
	words.failing = p.failing
	done, err := c.rehearse(p.doc, words)
	if err != nil {
		return err
	}
	p.doc = done.CIB
	p.edits = append(p.edits, c.line.Text)
	return nil
}
