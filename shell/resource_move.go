package shell

import (
	"context"
	"strings"
	"time"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/completions"
)

func resourceMoveCommands() []*Command {
	target := completions.InTurn(completions.Resources, completions.Nodes, completions.Lifetimes, completions.Plain("force"))
	return []*Command{
		{Name: "move", Old: []string{"migrate"}, Usage: "<rsc> [<node>] [<lifetime>] [force]", Short: "move a resource to another node",
			Args: between(1, 4), Complete: target, Run: runMove,
			Help: `Writes a location constraint cli-prefer-RSC that wants the resource on NODE.
Without a node ("force" is needed then) the resource is banned from where it
runs. The constraint stays until "resource clear RSC", or until the lifetime
(PT30M, P1D) is over.`},
		{Name: "ban", Usage: "<rsc> [<node>] [<lifetime>] [force]", Short: "keep a resource off a node", Args: between(1, 4),
			Complete: target, Run: runBan, Help: "Writes a location constraint cli-ban-RSC-on-NODE with score -INFINITY."},
		{Name: "clear", Old: []string{"unmove", "unban", "unmigrate"}, Usage: "<rsc> [<node>]", Short: "remove what move and ban wrote",
			Args: between(1, 2), Complete: completions.InTurn(completions.Resources, completions.Nodes), Run: runClear},
	}
}

// moveArgs are the words behind "move RSC" and "ban RSC", in any order that
// can be told apart.
type moveArgs struct {
	node, lifetime string
	force          bool
}

func (c *Call) moveArgs(doc *cib.Document) (moveArgs, error) {
	m := moveArgs{force: c.Options.Force}
	for i, a := range c.Args[1:] {
		switch {
		case a == "force":
			m.force = true
		case m.node == "" && doc.Node(a) != nil:
			m.node = attr(doc.Node(a), "uname")
		case m.lifetime == "" && isLifetime(a):
			m.lifetime = a
		case i == 0:
			return m, noNode(doc, a)
		default:
			return m, newError(Usage, c.words[i+2].Pos, "%q is no lifetime; expected a duration such as PT30M or P1D", a)
		}
	}
	return m, nil
}

// isLifetime tells an ISO 8601 duration.
func isLifetime(word string) bool {
	_, ok := addDuration(time.Time{}, word)
	return ok
}

func runMove(ctx context.Context, c *Call) error {
	rsc, told := c.Args[0], ""
	err := c.change(ctx, c.line.Text, func(doc *cib.Document) (bool, error) {
		e, m, err := c.moveTarget(doc)
		if err != nil {
			return false, err
		}
		if m.node != "" {
			told = "Move constraint created for " + rsc + " to " + m.node
			return true, c.moveTo(doc, e, m)
		}
		if !m.force {
			return false, usagef("move needs a target node, or \"force\" to move %s anywhere else", rsc)
		}
		m.node, err = whereOne(doc, e)
		if err != nil {
			return false, err
		}
		told = "Move constraint created for " + rsc + " away from " + m.node
		return true, c.ban(doc, attr(e, "id"), m)
	})
	return c.toldMove(err, told, rsc)
}

// moveTo prefers a node. What runs there already is not moved unless forced;
// force also bans the resource from the only node where it runs now.
func (c *Call) moveTo(doc *cib.Document, e *etree.Element, m moveArgs) error {
	id := attr(e, "id")
	now := whereAll(doc)[id]
	if many := e.Tag == "clone" || e.Tag == "master"; len(now) == 1 && !many {
		switch {
		case now[0] == m.node && !m.force:
			return refusef("%s runs on %s already; with \"force\" it is tied to it", id, m.node)
		case now[0] != m.node && m.force:
			away := m
			away.node = now[0]
			if err := c.ban(doc, id, away); err != nil {
				return err
			}
		}
	}
	return c.prefer(doc, id, m)
}

func runBan(ctx context.Context, c *Call) error {
	rsc, told := c.Args[0], ""
	err := c.change(ctx, c.line.Text, func(doc *cib.Document) (bool, error) {
		e, m, err := c.moveTarget(doc)
		if err != nil {
			return false, err
		}
		if m.node == "" {
			if m.node, err = whereOne(doc, e); err != nil {
				return false, err
			}
		}
		told = "Ban constraint created for " + rsc + " to " + m.node
		return true, c.ban(doc, attr(e, "id"), m)
	})
	return c.toldMove(err, told, rsc)
}

func (c *Call) toldMove(err error, told, rsc string) error {
	if err != nil || told == "" {
		return err
	}
	c.Info("%s", told)
	c.Info("\"crm resource clear %s\" removes this constraint", rsc)
	return nil
}

// moveTarget finds the resource: a member of a clone stands for the clone.
func (c *Call) moveTarget(doc *cib.Document) (*etree.Element, moveArgs, error) {
	e := doc.Resource(c.Args[0])
	if e == nil {
		return nil, moveArgs{}, noResource(doc, c.Args[0])
	}
	m, err := c.moveArgs(doc)
	return topmost(e), m, err
}

// prefer writes cli-prefer-RSC, instead of what earlier moves wrote.
func (c *Call) prefer(doc *cib.Document, rsc string, m moveArgs) error {
	constraints := doc.MakeSection(cib.Constraints)
	removeChild(constraints, "cli-ban-"+rsc+"-on-"+m.node)
	removeChild(constraints, "cli-prefer-"+rsc)
	l := constraints.CreateElement("rsc_location")
	l.CreateAttr("id", "cli-prefer-"+rsc)
	l.CreateAttr("rsc", rsc)
	l.CreateAttr("role", "Started")
	return c.target(l, m, "INFINITY")
}

func (c *Call) ban(doc *cib.Document, rsc string, m moveArgs) error {
	constraints := doc.MakeSection(cib.Constraints)
	id := "cli-ban-" + rsc + "-on-" + m.node
	removeChild(constraints, id)
	if p := childByID(constraints, "cli-prefer-"+rsc); p != nil && attr(p, "node") == m.node {
		constraints.RemoveChild(p)
	}
	l := constraints.CreateElement("rsc_location")
	l.CreateAttr("id", id)
	l.CreateAttr("rsc", rsc)
	l.CreateAttr("role", "Started")
	return c.target(l, m, "-INFINITY")
}

// target writes node and score, or a rule that ends with the lifetime.
func (c *Call) target(l *etree.Element, m moveArgs, score string) error {
	if m.lifetime == "" {
		l.CreateAttr("node", m.node)
		l.CreateAttr("score", score)
		return nil
	}
	if c.Now == nil {
		return failf("the time is not known here: no lifetime can be set")
	}
	end, _ := addDuration(c.Now(), m.lifetime)
	id := func(part string) string { return attr(l, "id") + "-" + part }
	if rest, ok := strings.CutPrefix(attr(l, "id"), "cli-prefer-"); ok { // Pacemaker's own ids differ here
		id = func(part string) string {
			return "cli-prefer-" + strings.Replace(part, "lifetime", "lifetime-end", 1) + "-" + rest
		}
	}
	rule := l.CreateElement("rule")
	rule.CreateAttr("id", id("rule"))
	rule.CreateAttr("score", score)
	rule.CreateAttr("boolean-op", "and")
	where := rule.CreateElement("expression")
	where.CreateAttr("id", id("expr"))
	where.CreateAttr("attribute", "#uname")
	where.CreateAttr("operation", "eq")
	where.CreateAttr("value", m.node)
	where.CreateAttr("type", "string")
	until := rule.CreateElement("date_expression")
	until.CreateAttr("id", id("lifetime"))
	until.CreateAttr("operation", "lt")
	until.CreateAttr("end", end.UTC().Format("2006-01-02 15:04:05Z"))
	c.Info("it ends at %s", end.UTC().Format("2006-01-02 15:04:05Z"))
	return nil
}

func removeChild(parent *etree.Element, id string) bool {
	e := childByID(parent, id)
	if e == nil {
		return false
	}
	parent.RemoveChild(e)
	return true
}

func childByID(parent *etree.Element, id string) *etree.Element {
	if parent == nil {
		return nil
	}
	for _, e := range parent.ChildElements() {
		if attr(e, "id") == id {
			return e
		}
	}
	return nil
}

func runClear(ctx context.Context, c *Call) error {
	rsc, n := c.Args[0], 0
	err := c.change(ctx, c.line.Text, func(doc *cib.Document) (bool, error) {
		e := doc.Resource(rsc)
		if e == nil {
			return false, noResource(doc, rsc)
		}
		node := ""
		if len(c.Args) > 1 {
			ne := doc.Node(c.Args[1])
			if ne == nil {
				return false, noNode(doc, c.Args[1])
			}
			node = attr(ne, "uname")
		}
		n = clearMoves(doc, rsc, node)
		if top := attr(topmost(e), "id"); top != rsc {
			n += clearMoves(doc, top, node)
		}
		return n > 0, nil
	})
	if err != nil {
		return err
	}
	if n == 0 {
		c.Info("there was no move or ban of %s to remove", rsc)
		return nil
	}
	c.Info("Removed migration constraints for %s", rsc)
	return nil
}

// clearMoves removes the cli- constraints of a resource, those that concern
// node when one is given.
func clearMoves(doc *cib.Document, rsc, node string) int {
	constraints := doc.Section(cib.Constraints)
	if constraints == nil {
		return 0
	}
	n := 0
	for _, l := range constraints.SelectElements("rsc_location") {
		id := attr(l, "id")
		ours := id == "cli-prefer-"+rsc || strings.HasPrefix(id, "cli-ban-"+rsc+"-on-") || id == "cli-standby-"+rsc
		if ours && attr(l, "rsc") == rsc && (node == "" || namesNode(l, node)) {
			constraints.RemoveChild(l)
			n++
		}
	}
	return n
}

// namesNode tells whether move or ban wrote a constraint for a node: with a
// lifetime its rule names it.
func namesNode(l *etree.Element, node string) bool {
	if attr(l, "node") == node || strings.HasSuffix(attr(l, "id"), "-on-"+node) {
		return true
	}
	for x := range cib.Children(cib.Child(l, "rule"), "expression") {
		if attr(x, "attribute") == "#uname" && attr(x, "value") == node {
			return true
		}
	}
	return false
}

// addDuration adds an ISO 8601 duration (P1Y2M3W4DT5H6M7S) to a time.
func addDuration(t time.Time, word string) (time.Time, bool) {
	rest, ok := strings.CutPrefix(word, "P")
	if !ok || rest == "" || strings.HasSuffix(rest, "T") {
		return t, false
	}
	inTime := false
	for rest != "" {
		if rest[0] == 'T' && !inTime {
			inTime, rest = true, rest[1:]
			continue
		}
		n, digits := 0, 0
		for digits < len(rest) && digits < 9 && rest[digits] >= '0' && rest[digits] <= '9' {
			n = n*10 + int(rest[digits]-'0')
			digits++
		}
		if digits == 0 || digits == len(rest) {
			return t, false
		}
		if t, ok = addUnit(t, n, rest[digits], inTime); !ok {
			return t, false
		}
		rest = rest[digits+1:]
	}
	return t, true
}

func addUnit(t time.Time, n int, unit byte, inTime bool) (time.Time, bool) {
	if inTime {
		switch unit {
		case 'H':
			return t.Add(time.Duration(n) * time.Hour), true
		case 'M':
			return t.Add(time.Duration(n) * time.Minute), true
		case 'S':
			return t.Add(time.Duration(n) * time.Second), true
		}
		return t, false
	}
	switch unit {
	case 'Y':
		return t.AddDate(n, 0, 0), true
	case 'M':
		return t.AddDate(0, n, 0), true
	case 'W':
		return t.AddDate(0, 0, 7*n), true
	case 'D':
		return t.AddDate(0, 0, n), true
	}
	return t, false
}
