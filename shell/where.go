package shell

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
)

// place is where an instance of a primitive runs, by the history of its
// operations.
type place struct {
	id, node string
	promoted bool
}

// places reads the histories of all members.
func places(doc *cib.Document) []place {
	var list []place
	for st := range cib.Children(doc.Status(), "node_state") {
		if !isOnline(st) {
			continue
		}
		for r := range cib.Children(cib.Child(cib.Child(st, "lrm"), "lrm_resources"), "lrm_resource") {
			if running, promoted := stateOf(r); running {
				list = append(list, place{attr(r, "id"), attr(st, "uname"), promoted})
			}
		}
	}
	return list
}

// stateOf replays a resource's operations in the order they were made.
func stateOf(r *etree.Element) (running, promoted bool) {
	ops := slices.Collect(cib.Children(r, "lrm_rsc_op"))
	slices.SortStableFunc(ops, func(a, b *etree.Element) int { return callID(a) - callID(b) })
	for _, op := range ops {
		ok := attr(op, "rc-code") == "0"
		switch attr(op, "operation") {
		case "monitor":
			switch attr(op, "rc-code") {
			case "0":
				running = true
			case "8", "9":
				running, promoted = true, true
			case "7":
				running, promoted = false, false
			}
		case "start", "migrate_from":
			running = running || ok
		case "promote":
			running, promoted = true, promoted || ok
		case "demote":
			promoted = promoted && !ok
		case "stop", "migrate_to":
			if ok {
				running, promoted = false, false
			}
		}
	}
	return running, promoted
}

func callID(op *etree.Element) int {
	n, err := strconv.Atoi(attr(op, "call-id"))
	if err != nil || n < 0 {
		return 1 << 30 // pending: the newest
	}
	return n
}

// whereAll maps each resource (members, and what they are in) to the nodes
// where it runs.
func whereAll(doc *cib.Document) map[string][]string {
	on := map[string][]string{}
	for _, p := range places(doc) {
		base, _, _ := strings.Cut(p.id, ":")
		for e := doc.Resource(base); e != nil && cib.IsResource(e); e = e.Parent() {
			if id := attr(e, "id"); !slices.Contains(on[id], p.node) {
				on[id] = append(on[id], p.node)
			}
		}
	}
	return on
}

// runningOn maps each node to the primitives that run there.
func runningOn(doc *cib.Document) map[string][]string {
	on := map[string][]string{}
	for _, p := range places(doc) {
		on[p.node] = append(on[p.node], p.id)
	}
	return on
}

// whereOne is the only node that e runs on.
func whereOne(doc *cib.Document, e *etree.Element) (string, error) {
	id := attr(e, "id")
	nodes := whereAll(doc)[id]
	switch len(nodes) {
	case 1:
		return nodes[0], nil
	case 0:
		return "", refusef("%s runs nowhere: name the node", id)
	}
	return "", refusef("%s runs on %s: name the node that is meant", id, strings.Join(nodes, ", "))
}

// runLocate tells for each resource where it runs.
func runLocate(ctx context.Context, c *Call) error {
	doc, err := c.read(ctx)
	if err != nil {
		return err
	}
	found, err := resolve(doc, c.Args)
	if err != nil {
		return err
	}
	all, on := places(doc), whereAll(doc)
	for _, e := range found {
		id := attr(e, "id")
		if len(on[id]) == 0 {
			c.printf("resource %s is NOT running\n", id)
		}
		for _, node := range on[id] {
			promoted := ""
			if slices.ContainsFunc(all, func(p place) bool { return p.promoted && p.node == node && concerns(doc, p.id, id) }) {
				promoted = " Promoted"
			}
			c.printf("resource %s is running on: %s%s\n", id, node, promoted)
		}
	}
	return nil
}

func runResourceStatus(ctx context.Context, c *Call) error {
	if len(c.Args) > 0 {
		return runLocate(ctx, c)
	}
	var text strings.Builder
	all := *c
	env := *c.Env
	env.Out = &text
	session := *c.Session
	session.Env, all.Session = &env, &session
	if err := all.execute(ctx, "crm_mon", "-1", "-r"); err != nil {
		return err
	}
	_, list, found := strings.Cut(text.String(), "Full List of Resources:")
	if !found {
		c.Info("the configuration has no resources")
		return nil
	}
	list, _, _ = strings.Cut(list, "\n\n")
	c.print("Full List of Resources:" + list)
	return nil
}

// runOperations lists what was run, newest last.
func runOperations(ctx context.Context, c *Call) error {
	doc, err := c.read(ctx)
	if err != nil {
		return err
	}
	rsc, node := "", ""
	if len(c.Args) > 0 {
		if rsc = c.Args[0]; doc.Resource(rsc) == nil {
			return noResource(doc, rsc)
		}
	}
	if len(c.Args) > 1 {
		if node = c.Args[1]; doc.Node(node) == nil {
			return noNode(doc, node)
		}
	}
	rows := [][]string{{"resource", "operation", "node", "rc", "status", "exec", ""}}
	for st := range cib.Children(doc.Status(), "node_state") {
		if node != "" && attr(st, "uname") != node {
			continue
		}
		for r := range cib.Children(cib.Child(cib.Child(st, "lrm"), "lrm_resources"), "lrm_resource") {
			if !concerns(doc, attr(r, "id"), rsc) {
				continue
			}
			for op := range cib.Children(r, "lrm_rsc_op") {
				rows = append(rows, []string{attr(r, "id"), attr(op, "operation_key"), attr(st, "uname"), attr(op, "rc-code"),
					opStatus(attr(op, "op-status")), attr(op, "exec-time") + "ms", attr(op, "exit-reason")})
			}
		}
	}
	if len(rows) > 1 {
		c.print(table(rows))
	}
	return nil
}

func opStatus(code string) string {
	switch code {
	case "-1":
		return "pending"
	case "0":
		return "complete"
	case "1":
		return "cancelled"
	case "2":
		return "timed out"
	case "3":
		return "not supported"
	case "4":
		return "error"
	}
	return "status " + code
}

// runConstraints shows the constraints that name a resource, or what it is in.
func runConstraints(ctx context.Context, c *Call) error {
	doc, err := c.read(ctx)
	if err != nil {
		return err
	}
	e := doc.Resource(c.Args[0])
	if e == nil {
		return noResource(doc, c.Args[0])
	}
	ids := map[string]bool{}
	for p := e; p != nil && cib.IsResource(p); p = p.Parent() {
		ids[attr(p, "id")] = true
	}
	var some []object
	for ref := range doc.References() {
		if !ids[ref.To] {
			continue
		}
		for _, o := range objects(doc) {
			for r := ref.From; r != nil; r = r.Parent() {
				if o.element == r && r.Parent() != nil && r.Parent().Tag == cib.Constraints {
					some = union(some, []object{o})
				}
			}
		}
	}
	if len(some) == 0 {
		c.Info("no constraint names %s", c.Args[0])
		return nil
	}
	c.print(textOfSome(doc, selection{objects: some, style: c.textStyle()}))
	return nil
}

// runFailcount shows, sets or deletes failure counts.
func runFailcount(ctx context.Context, c *Call) error {
	doc, err := c.read(ctx)
	if err != nil {
		return err
	}
	rsc, action, node := c.Args[0], c.Args[1], c.Args[2]
	if doc.Resource(rsc) == nil {
		return noResource(doc, rsc)
	}
	n := doc.Node(node)
	if n == nil {
		return noNode(doc, node)
	}
	node = nodeName(n)
	switch action {
	case "show":
		c.printf("scope=status  name=fail-count-%s value=%s\n", rsc, failCount(doc, rsc, node))
		return nil
	case "delete":
		return c.operate(ctx, Operation{Verb: "cleanup", Resource: rsc, Node: node})
	case "set":
		if len(c.Args) < 4 {
			return usagef("failcount set needs a value; usage: %s", c.usage())
		}
		value := c.Args[3]
		if _, err := strconv.ParseUint(value, 10, 32); err != nil && !strings.EqualFold(value, "INFINITY") {
			return newError(Usage, c.words[4].Pos, "failcount: %q is no count; expected a number or INFINITY", value)
		}
		names, err := c.countsToSet(doc, rsc, node, value)
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := c.operate(ctx, Operation{Verb: "set-attribute", Node: node, Name: name, Value: value}); err != nil {
				return err
			}
		}
		return nil
	}
	return newError(Usage, c.words[2].Pos, "failcount: %q is none of set, delete, show", action)
}

// countsToSet are the attributes that "failcount RSC set NODE VALUE [OP
// [INTERVAL]]" means: the counts there are, of the operation that is named;
// with the value 0 all of them. Where there is none yet it is the one that a
// failure of the operation would make.
func (c *Call) countsToSet(doc *cib.Document, rsc, node, value string) ([]string, error) {
	op, ms := "", ""
	if len(c.Args) > 4 {
		op = c.Args[4]
	}
	if len(c.Args) > 5 {
		d, ok := span(c.Args[5])
		if !ok || d < 0 {
			return nil, newError(Usage, c.words[6].Pos, "failcount: %q is no interval; expected a number of seconds, as 10 or 10s", c.Args[5])
		}
		ms = strconv.FormatInt(d.Milliseconds(), 10)
	}
	var found []string
	set := cib.Child(doc.NodeState(node), "transient_attributes")
	for nv := range cib.NVPairs(set, cib.InstanceAttributes) {
		what, ok := strings.CutPrefix(attr(nv, "name"), "fail-count-"+rsc+"#")
		name, interval, _ := cutLast(what, "_")
		if ok && (op == "" || op == name) && (ms == "" || ms == interval) {
			found = append(found, attr(nv, "name"))
		}
	}
	switch {
	case len(found) > 1 && value != "0":
		return nil, refusef("%s has several failure counts on %s: %s; say which by operation and interval; usage: %s",
			rsc, node, strings.Join(found, ", "), c.usage())
	case len(found) > 0:
		return found, nil
	case value == "0":
		return nil, nil // nothing has failed
	}
	op = cmp.Or(op, "monitor")
	if ops := operationsOf(doc.Resource(rsc), op, ""); ms == "" && len(ops) > 0 {
		d, _ := span(attr(ops[0], "interval"))
		ms = strconv.FormatInt(d.Milliseconds(), 10)
	}
	return []string{"fail-count-" + rsc + "#" + op + "_" + cmp.Or(ms, "0")}, nil
}

// cutLast cuts a text at the last place where sep stands.
func cutLast(text, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(text, sep); i >= 0 {
		return text[:i], text[i+len(sep):], true
	}
	return text, "", false
}

// failCount adds up the counts of a resource's operations.
func failCount(doc *cib.Document, rsc, node string) string {
	sum := 0
	set := cib.Child(doc.NodeState(node), "transient_attributes")
	for nv := range cib.NVPairs(set, cib.InstanceAttributes) {
		name := attr(nv, "name")
		if name != "fail-count-"+rsc && !strings.HasPrefix(name, "fail-count-"+rsc+"#") {
			continue
		}
		if attr(nv, "value") == "INFINITY" {
			return "INFINITY"
		}
		n, _ := strconv.Atoi(attr(nv, "value"))
		sum += n
	}
	return strconv.Itoa(sum)
}
