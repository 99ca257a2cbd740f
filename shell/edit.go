package shell

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/completions"
	"crm/grammar"
)

func editCommands() []*Command {
	return []*Command{
		{Name: "edit", Usage: "[xml] [<id>|changed|type:<t>] ...", Short: "change the configuration in an editor", Args: atLeast(0),
			Complete: completions.ShowWords, Run: runEdit,
			Help: "Opens the objects named (or all) in $EDITOR. After an error the text can be edited again."},
		{Name: "filter", Usage: "<program> [xml] [<id> ...]", Short: "change the configuration by a program", Args: atLeast(1),
			Complete: completions.InTurn(completions.Nothing, completions.ShowWords), Run: runFilter,
			Help: "Hands the text, one object a line, to the program and reads back what it writes."},
		{Name: "set", Usage: "<id>.[<op>.[<interval>.]]<name> <value>", Short: "change one value", Args: exactly(2), Complete: completions.InTurn(completions.Paths),
			Run: runSet},
		{Name: "delete", Aliases: []string{"rm"}, Usage: "[--force] <id> ...", Short: "delete objects", Args: atLeast(1),
			Complete: completions.Each(completions.Either(completions.Objects, completions.Words([2]string{"--force", "also what runs"}))), Run: runDelete,
			Help: `Deletes resources, nodes, constraints and the rest by their ids. Constraints on a
deleted resource go with it. Deleting a group or a clone leaves its members.`},
		{Name: "rename", Usage: "<old id> <new id>", Short: "give an object another id", Args: exactly(2),
			Complete: completions.InTurn(completions.Objects), Run: runRename},
		{Name: "modgroup", Usage: "<group> add <rsc> [after|before <rsc>] | <group> remove <rsc>", Short: "change the members of a group",
			Args: between(3, 5), Complete: completions.ModGroup, Run: runModGroup},
		{Name: "erase", Usage: "[nodes]", Short: "delete everything, except nodes", Args: between(0, 1), Complete: completions.Plain("nodes"),
			Run: runErase},
		{Name: "load", Usage: "[xml] replace|update|push <file> | haresources <file>", Short: "read the configuration from a file", Args: between(2, 3),
			Complete: completeLoad, Run: runLoad,
			Help: `update adds and changes what the file names; replace starts from nothing; push
also deletes what the file does not name. "-" is standard input. A file with
faults is refused whole, and all its faults are told. haresources adds what a
file of heartbeat's version 1 says: a group and its node for each line.`},
		{Name: "default-timeouts", Old: []string{"default_timeouts"}, Usage: "<id> ...", Short: "set timeouts of operations as agents advise", Args: atLeast(1),
			Complete: completions.Each(completions.Primitives), Run: runDefaultTimeouts},
		{Name: "validate-all", Old: []string{"validate_all"}, Usage: "<rsc>", Short: "let a resource's agent check its parameters", Args: exactly(1),
			Complete: completions.InTurn(completions.Primitives), Run: runValidateAll},
	}
}

// completeLoad completes how a file is taken; the file is not looked for.
func completeLoad(_ *completions.View, args []string) []completions.Candidate {
	ways := []completions.Candidate{{Text: "update", Meaning: "add and change what the file names"}, {Text: "replace", Meaning: "begin with nothing but the nodes"},
		{Text: "push", Meaning: "delete also what the file does not name"}}
	switch {
	case len(args) == 0:
		return append(ways, completions.Candidate{Text: "xml", Meaning: "the file is XML"},
			completions.Candidate{Text: "haresources", Meaning: "add what a file of heartbeat's says"})
	case len(args) == 1 && args[0] == "xml":
		return ways
	}
	return nil
}

// runDelete takes objects out: containers first, so that their members are
// there to be deleted too.
func runDelete(ctx context.Context, c *Call) error {
	force := c.Options.Force
	var ids []grammar.Word
	for _, w := range c.words[1:] {
		switch {
		case w.Text == "-f" || w.Text == "--force":
			force = true
		case strings.HasPrefix(w.Text, "-"):
			return wrong(Usage, "delete", w, "is no option of delete", "--force or nothing")
		default:
			ids = append(ids, w)
		}
	}
	if len(ids) == 0 {
		return usagef("delete: which objects? usage: %s", c.usage())
	}
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	targets, err := deleteTargets(w.doc, ids)
	if err != nil {
		return err
	}
	if err := c.refuseRunning(w.doc, targets, force); err != nil {
		return err
	}
	next := w.doc.Copy()
	told, err := deleteAll(next, targets)
	if err != nil {
		return newError(Refused, ids[0].Pos, "%w", err)
	}
	for _, line := range told {
		c.Info("%s", line)
	}
	return c.replaceWith(ctx, next)
}

// deleteTargets finds every object before anything is touched.
func deleteTargets(doc *cib.Document, words []grammar.Word) ([]object, error) {
	all := objects(doc)
	var targets []object
	var missing []error
	for _, word := range words {
		at := slices.IndexFunc(all, func(o object) bool {
			return o.id == word.Text || o.kind == "node" && attr(o.element, "id") == word.Text
		})
		if at < 0 && strings.ContainsAny(word.Text, "*?[") { // a pattern stands for primitives that are in no group or clone
			matching := filterObjects(all, func(o object) bool {
				ok, err := path.Match(word.Text, o.id)
				return ok && err == nil && o.kind == "primitive" && !cib.IsResource(o.element.Parent())
			})
			if targets = union(targets, matching); len(matching) > 0 {
				continue
			}
		}
		if at < 0 {
			missing = append(missing, noObject(doc, word.Text, word))
			continue
		}
		targets = union(targets, all[at:at+1])
	}
	return targets, errors.Join(missing...)
}

// refuseRunning keeps resources that run in a live cluster from being
// deleted: nothing would ever stop them.
func (c *Call) refuseRunning(doc *cib.Document, targets []object, force bool) error {
	if force || !c.Cluster.Live() {
		return nil
	}
	on := whereAll(doc)
	var faults []error
	for _, o := range targets {
		if cib.IsResource(o.element) && o.kind == "primitive" && len(on[o.id]) > 0 {
			faults = append(faults, refusef("resource %s is running on %s, can't delete it: \"resource stop %s\" first, or delete --force",
				o.id, strings.Join(on[o.id], ", "), o.id))
		}
	}
	return errors.Join(faults...)
}

// runRename gives an object another id and follows all references.
func runRename(ctx context.Context, c *Call) error {
	old, id := c.Args[0], c.Args[1]
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	targets, err := deleteTargets(w.doc, c.words[1:2])
	switch {
	case err != nil:
		return err
	case targets[0].kind == "node":
		return c.wrong(Refused, 1, "is a node, whose name is what the machine calls itself", "another object: the host name is changed on the machine")
	case targets[0].kind == "fencing_topology":
		return c.wrong(Refused, 1, "has no name of its own", "an object with an id")
	case slices.Contains([]string{"acl_target", "acl_group", "user"}, targets[0].kind):
		return c.renameUser(ctx, targets[0], id)
	}
	if !grammar.ValidID(id) {
		return c.wrong(Syntax, 2, "is not an id", "a letter or _, then letters, digits, _ - or .")
	}
	if other := w.doc.Find(id); other != nil {
		return c.wrong(Refused, 2, "is the id of a "+kindOf(other)+" already", "an id that is free")
	}
	var told []string
	for ref := range w.doc.References() {
		if ref.To == old {
			told = append(told, "modified "+referrer(ref)+" from "+old+" to "+id)
		}
	}
	if err := c.edit(ctx, func(doc *cib.Document) error { return doc.Rename(old, id) }); err != nil {
		return newError(Refused, c.words[1].Pos, "%w", err)
	}
	for _, line := range slices.Compact(told) {
		c.Info("%s", line)
	}
	return nil
}

// renameUser gives the entry of a user or a group another name; nothing
// refers to it by that.
func (c *Call) renameUser(ctx context.Context, o object, name string) error {
	if name == "" {
		return newError(Syntax, c.words[2].Pos, "rename: a %s needs a name", o.kind)
	}
	return c.edit(ctx, func(doc *cib.Document) error {
		if userOf(doc, object{id: name, kind: o.kind, element: o.element}) != nil {
			return newError(Refused, c.words[2].Pos, "rename: there is a %s called %s already", o.kind, name)
		}
		userOf(doc, o).CreateAttr("id", name)
		return nil
	})
}

func runModGroup(ctx context.Context, c *Call) error {
	group, action, member := c.Args[0], c.Args[1], c.Args[2]
	next, err := c.copyForEdit(ctx)
	if err != nil {
		return err
	}
	g := next.Resource(group)
	if g == nil || g.Tag != "group" {
		return c.wrong(NotFound, 1, notA(next, group, "group"), "the id of a group", idsOf(next, "group")...)
	}
	e := next.Resource(member)
	if e == nil {
		return c.wrong(NotFound, 3, "does not exist", "the id of a primitive", idsOf(next, "primitive")...)
	}
	switch action {
	case "add":
		if err := addMember(next, c, g, e); err != nil {
			return err
		}
	case "remove":
		if e.Parent() != g {
			return c.wrong(Refused, 3, "is not a member of "+group, "one of "+strings.Join(memberIDs(g), ", "), memberIDs(g)...)
		}
		if len(c.Args) > 3 {
			return c.wrong(Usage, 4, "is one too many: remove takes one resource", "the end of the line")
		}
		if members := slices.Collect(cib.Members(g)); len(members) == 1 {
			return c.wrong(Refused, 3, "is the last member of "+group, "\"delete "+group+"\" instead")
		}
		outer := cib.Outermost(g)
		cib.Remove(e)
		outer.Parent().InsertChildAt(outer.Index(), e)
	default:
		return c.wrong(Usage, 2, "does not fit here", "add or remove", "add", "remove")
	}
	return c.replaceWith(ctx, next)
}

func (c *Call) copyForEdit(ctx context.Context) (*cib.Document, error) {
	w, err := c.configuration(ctx)
	if err != nil {
		return nil, err
	}
	return w.doc.Copy(), nil
}

func runErase(ctx context.Context, c *Call) error {
	nodes := false
	if len(c.Args) == 1 {
		if nodes = c.Args[0] == "nodes"; !nodes {
			return c.wrong(Usage, 1, "does not fit here", "nodes, or nothing", "nodes")
		}
	}
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	if !nodes {
		if err := c.refuseRunning(w.doc, objects(w.doc), c.Options.Force); err != nil {
			return err
		}
	}
	return c.edit(ctx, func(doc *cib.Document) error {
		erase(doc, nodes)
		return nil
	})
}

// erase empties the configuration; nodes are erased only by their own word.
func erase(doc *cib.Document, nodes bool) {
	for _, name := range cib.Sections() {
		s := doc.Section(name)
		if s == nil || (name == cib.Nodes) != nodes {
			continue
		}
		for _, e := range slices.Clone(s.Child) {
			s.RemoveChild(e)
		}
	}
	doc.DropEmptySections()
}

// runSet changes one existing value: id.name, id.op.name or
// id.op.interval.name.
func runSet(ctx context.Context, c *Call) error {
	return c.edit(ctx, func(doc *cib.Document) error { return setPath(doc, c.words[1], c.Args[1]) })
}

// setOperation changes one attribute of one operation.
func setOperation(e *etree.Element, path grammar.Word, parts []string, name, value string) error {
	var found []*etree.Element
	for op := range cib.Children(cib.Child(e, "operations"), "op") {
		if attr(op, "name") == parts[1] && (len(parts) == 3 || attr(op, "interval") == parts[2]) {
			found = append(found, op)
		}
	}
	switch {
	case len(found) == 0:
		return wrong(NotFound, "set", path, "names an operation that "+parts[0]+" does not have", operationPaths(e, name))
	case len(found) > 1 && len(parts) == 3:
		return wrong(Usage, "set", path, fmt.Sprintf("names %d operations of %s", len(found), parts[0]), operationPaths(e, name))
	case attr(found[0], name) == "" && !grammar.OperationAttr(name):
		return wrong(NotFound, "set", path, "names a value that the operation does not have", "an attribute of operations: interval, timeout, on-fail ...")
	}
	found[0].CreateAttr(name, value)
	return nil
}

func setPath(doc *cib.Document, path grammar.Word, value string) error {
	parts := strings.Split(path.Text, ".")
	if len(parts) < 2 {
		return wrong(Usage, "set", path, "names no value", "id.name, id.operation.name or id.operation.interval.name")
	}
	e := doc.Find(parts[0])
	if n := doc.Node(parts[0]); e == nil && n != nil {
		e = n
	}
	if e == nil {
		return noObject(doc, parts[0], grammar.Word{Text: parts[0], Pos: path.Pos})
	}
	name := parts[len(parts)-1]
	if len(parts) > 2 {
		return setOperation(e, path, parts, name, value)
	}
	for _, set := range []string{cib.InstanceAttributes, cib.MetaAttributes, cib.Utilization} {
		if nv := cib.NV(e, set, name); nv != nil {
			nv.CreateAttr("value", value)
			return nil
		}
	}
	for nv := range cib.Children(e, "nvpair") {
		if attr(nv, "name") == name {
			nv.CreateAttr("value", value)
			return nil
		}
	}
	return wrong(NotFound, "set", path, "names a value that "+parts[0]+" does not have", valuePaths(e, parts[0]))
}

// operationPaths are the paths that set takes for a value of the operations.
func operationPaths(e *etree.Element, name string) string {
	var paths []string
	for op := range cib.Children(cib.Child(e, "operations"), "op") {
		paths = append(paths, attr(e, "id")+"."+attr(op, "name")+"."+attr(op, "interval")+"."+name)
	}
	return oneOfThese(paths, "an operation that is there")
}

// valuePaths are the paths that set takes for the values of an object.
func valuePaths(e *etree.Element, id string) string {
	var paths []string
	for nv := range cib.Walk(e) {
		if name := attr(nv, "name"); nv.Tag == "nvpair" && name != "" && cib.Child(nv.Parent(), "op") == nil {
			paths = append(paths, id+"."+name)
		}
	}
	return oneOfThese(paths, "a value that is there")
}

// idsOf are the ids of the resources of a kind.
func idsOf(doc *cib.Document, tag string) (ids []string) {
	for e := range doc.AllResources() {
		if e.Tag == tag {
			ids = append(ids, attr(e, "id"))
		}
	}
	return ids
}

// notA says why an id does not name a resource of a kind.
func notA(doc *cib.Document, id, tag string) string {
	if e := doc.Resource(id); e != nil && e.Tag != tag {
		return "is a " + kindOf(e)
	}
	return "does not exist"
}

func memberIDs(g *etree.Element) (ids []string) {
	for e := range cib.Members(g) {
		ids = append(ids, attr(e, "id"))
	}
	return ids
}
