package cib

import (
	"regexp"
	"strings"

	"github.com/beevik/etree"
)

func roles() option {
	return oneOf("Started", "Stopped", "Promoted", "Unpromoted", "Master", "Slave")
}

func actions() option { return oneOf("start", "stop", "promote", "demote") }

// constraintRules are the checks of single attributes, by element.
func constraintRules() map[string]map[string]option {
	return map[string]map[string]option{
		"rsc_location":   {"score": of(score), "role": roles(), "resource-discovery": oneOf("always", "never", "exclusive")},
		"rsc_colocation": {"score": of(score), "rsc-role": roles(), "with-rsc-role": roles(), "influence": of(boolean)},
		"rsc_order": {"score": of(score), "kind": oneOf("Optional", "Mandatory", "Serialize"), "symmetrical": of(boolean),
			"first-action": actions(), "then-action": actions(), "require-all": of(boolean)},
		"rsc_ticket": {"rsc-role": roles(), "loss-policy": oneOf("stop", "demote", "fence", "freeze")},
		"resource_set": {"sequential": of(boolean), "require-all": of(boolean), "role": roles(), "action": actions(), "score": of(score),
			"kind": oneOf("Optional", "Mandatory", "Serialize"), "ordering": oneOf("group", "listed")},
	}
}

func (v *verifier) constraints() {
	rules := constraintRules()
	for e := range Children(v.doc.Section(Constraints)) {
		known, ok := rules[e.Tag]
		if !ok {
			v.warn(e, "<"+e.Tag+"> is no kind of constraint, it is ignored", "remove it")
			continue
		}
		v.values(e, known)
		for set := range Children(e, "resource_set") {
			v.values(set, rules["resource_set"])
			if Child(set, "resource_ref") == nil && Attr(set, "id-ref") == "" {
				v.err(set, "a resource set without resources", "name some or remove the set")
			}
		}
		switch e.Tag {
		case "rsc_location":
			v.location(e)
		case "rsc_colocation":
			v.pair(e, "rsc", "with-rsc")
			if v.severalResources(Attr(e, "rsc")) && v.severalResources(Attr(e, "with-rsc")) {
				v.err(e, "two templates or tags cannot be colocated", "use resource sets").on("with-rsc", Attr(e, "with-rsc"))
			}
		case "rsc_order":
			v.order(e)
		case "rsc_ticket":
			v.ticket(e)
		}
		v.unplaced(e)
	}
}

func (v *verifier) values(e *etree.Element, known map[string]option) {
	for i := range e.Attr {
		name, value := e.Attr[i].Key, e.Attr[i].Value
		if want := known[name].check(value); want != "" {
			v.err(e, name+" is "+quote(value)+", "+want+" is expected", "correct it").on(name, value)
		}
	}
}

func (v *verifier) location(e *etree.Element) {
	rsc, pattern := Attr(e, "rsc"), Attr(e, "rsc-pattern")
	node, hasRule := Attr(e, "node"), Child(e, "rule") != nil || Child(e, "lifetime") != nil
	switch {
	case rsc == "" && pattern == "" && Child(e, "resource_set") == nil:
		v.err(e, "no resource is named", "set rsc or rsc-pattern")
	case rsc != "" && pattern != "":
		v.err(e, "both rsc and rsc-pattern are given", "keep one of them").on("rsc", rsc)
	case node == "" && !hasRule:
		v.err(e, "neither a node nor a rule is given", "set node and score, or add a rule")
	case node != "" && Attr(e, "score") == "":
		v.err(e, "no score is given for node "+quote(node), "set a score").on("node", node)
	}
	if pattern != "" {
		if _, err := regexp.Compile(strings.TrimPrefix(pattern, "!")); err != nil {
			v.err(e, "rsc-pattern "+quote(pattern)+" is no regular expression", "correct it").on("rsc-pattern", pattern)
		}
	}
	if node != "" && !v.nodeKnown(node) {
		v.absent(Note, e, "there is no node "+quote(node), "correct the name, or remove the constraint if the node is gone").on("node", node)
	}
}

// nodeKnown tells whether a node of that name exists or can come to exist:
// remote nodes are resources, guests are meta attributes.
func (v *verifier) nodeKnown(name string) bool {
	if v.doc.Section(Nodes) == nil || v.doc.Node(name) != nil || IsResource(orNone(v.index.Find(name))) {
		return true
	}
	for e := range v.doc.AllResources() {
		if guest, ok := NVValue(e, MetaAttributes, "remote-node"); ok && guest == name {
			return true
		}
		if e.Tag == "bundle" && strings.HasPrefix(name, ID(e)+"-") {
			return true
		}
	}
	return false
}

func orNone(e *etree.Element) *etree.Element {
	if e == nil {
		return etree.NewElement("")
	}
	return e
}

// pair checks a constraint between two resources.
func (v *verifier) pair(e *etree.Element, a, b string) {
	if Child(e, "resource_set") != nil {
		return
	}
	for _, name := range []string{a, b} {
		if Attr(e, name) == "" {
			v.err(e, name+" is missing", "name a resource, or use resource sets")
		}
	}
	if Attr(e, a) != "" && Attr(e, a) == Attr(e, b) && Attr(e, "first-action") == Attr(e, "then-action") &&
		Attr(e, "rsc-role") == Attr(e, "with-rsc-role") {
		severity := Note
		if e.Tag == "rsc_order" {
			severity = Warning
		}
		v.add(severity, e, "it ties "+quote(Attr(e, a))+" to itself", "name two resources").on(b, Attr(e, b))
	}
}

func (v *verifier) order(e *etree.Element) {
	v.pair(e, "first", "then")
	kind, symmetrical := Attr(e, "kind"), Attr(e, "symmetrical")
	if strings.EqualFold(kind, "Serialize") && IsTrue(symmetrical) {
		v.warn(e, "symmetrical=true is ignored for kind Serialize", "remove symmetrical").on("symmetrical", symmetrical)
	}
	if first := v.index.Find(Attr(e, "first")); Attr(e, "require-all") != "" && first != nil && (first.Tag == "clone" || first.Tag == "master") {
		if _, set := NVValue(first, MetaAttributes, "clone-min"); !set {
			v.warn(e, "require-all of orders is deprecated", "set clone-min of "+quote(ID(first))+" instead").on("require-all", Attr(e, "require-all"))
		}
	}
	if _, old := LookupAttr(e, "score"); old && kind == "" {
		v.warn(e, "the score of orders is deprecated", "set kind instead: Optional for a score of 0, else Mandatory").on("score", Attr(e, "score"))
	}
	for _, end := range [][2]string{{"first", "first-action"}, {"then", "then-action"}} {
		action := Attr(e, end[1])
		rsc := v.index.Find(Attr(e, end[0]))
		if (action == "promote" || action == "demote") && rsc != nil && IsResource(rsc) &&
			!IsPromotable(Outermost(rsc)) && Outermost(rsc).Tag != "bundle" {
			v.note(e, quote(ID(rsc))+" cannot "+action+", it is not promotable", "use start or stop, or make a promotable clone of it").on(end[0], ID(rsc))
		}
	}
}

// severalResources tells whether an id stands for a number of resources.
func (v *verifier) severalResources(id string) bool {
	e := v.index.Find(id)
	return e != nil && (e.Tag == "template" || e.Tag == "tag")
}

func (v *verifier) ticket(e *etree.Element) {
	if Attr(e, "ticket") == "" {
		v.err(e, "no ticket is named", "set ticket")
	}
	if Attr(e, "rsc") == "" && Child(e, "resource_set") == nil {
		v.err(e, "no resource is named", "set rsc, or use resource sets")
	}
	if strings.EqualFold(Attr(e, "loss-policy"), "fence") && !v.fencing {
		v.err(e, "loss-policy is fence, but fencing is switched off", "set stonith-enabled=true or another loss-policy").on("loss-policy", "fence")
	}
}

// unplaced finds what a constraint names and the policy engine does not find,
// for which it ignores the constraint.
func (v *verifier) unplaced(e *etree.Element) {
	for _, name := range referring(e) {
		v.unplacedID(e, Attr(e, name))
	}
	for set := range Children(e, "resource_set") {
		for ref := range Children(set, "resource_ref") {
			v.unplacedID(e, ID(ref))
		}
	}
}

func (v *verifier) unplacedID(e *etree.Element, id string) {
	to := v.index.Find(id)
	switch {
	case to == nil:
	case to.Tag == "template":
		made := v.madeOf(id)
		if len(made) == 0 {
			v.err(e, "no resource is made of the template "+quote(id)+", the constraint is ignored", "make one, or name a resource").on("", id)
		}
		for _, p := range made {
			v.member(e, to, ID(p))
		}
	case to.Tag == "tag":
		for ref := range Children(to, "obj_ref") {
			v.member(e, to, ID(ref))
		}
	case IsResource(to):
		if outer := container(to); outer != nil {
			severity := Note
			if e.Tag == "rsc_colocation" && Attr(e, "rsc") != "" || !v.hasHistory(id) {
				severity = Error
			}
			v.add(severity, e, quote(id)+" is inside the "+outer.Tag+" "+quote(ID(outer)), "name "+quote(ID(outer))+", which is what is meant").on("", id)
		}
	}
}

// member checks one of those that a tag or template in a constraint stands
// for. A colocation of the score 0 is dropped before its resources are looked
// for.
func (v *verifier) member(e, group *etree.Element, id string) {
	if e.Tag == "rsc_colocation" && Attr(e, "rsc") != "" && strings.Trim(Attr(e, "score"), "+-0") == "" {
		return
	}
	to := v.index.Find(id)
	name := quote(id) + " of the " + group.Tag + " " + quote(ID(group))
	switch {
	case to == nil:
		v.absent(Error, e, name+" does not exist, the constraint is ignored", "take it out of the "+group.Tag).on("", ID(group))
	case !IsResource(to):
		v.err(e, name+" is no resource, the constraint is ignored", "name a "+group.Tag+" of resources only").on("", ID(group))
	case container(to) != nil && !v.hasHistory(id):
		outer := container(to)
		v.err(e, name+" is inside the "+outer.Tag+" "+quote(ID(outer))+", the constraint is ignored", "put "+quote(ID(outer))+" in its place").on("", ID(group))
	}
}

// container is the clone or bundle that a resource is inside, nil if none.
func container(rsc *etree.Element) *etree.Element {
	if outer := Outermost(rsc); outer != rsc && outer.Tag != "group" {
		return outer
	}
	return nil
}

// madeOf are the primitives of a template.
func (v *verifier) madeOf(template string) []*etree.Element {
	if v.made == nil {
		v.made = map[string][]*etree.Element{}
		for e := range v.doc.AllResources() {
			if t := Attr(e, "template"); t != "" {
				v.made[t] = append(v.made[t], e)
			}
		}
	}
	return v.made[template]
}

// hasHistory tells whether some node has run a resource of that name: an
// instance inside a clone goes by it then.
func (v *verifier) hasHistory(id string) bool {
	if v.ran == nil {
		v.ran = map[string]bool{}
		for state := range Children(Child(v.doc.Root(), "status"), "node_state") {
			for r := range Children(Child(Child(state, "lrm"), "lrm_resources"), "lrm_resource") {
				v.ran[ID(r)] = true
			}
		}
	}
	return v.ran[id]
}

// rule checks one rule; nested rules are met by themselves.
func (v *verifier) rule(e *etree.Element) {
	if Attr(e, "id-ref") != "" {
		return
	}
	if want := oneOf("and", "or").check(Attr(e, "boolean-op")); Attr(e, "boolean-op") != "" && want != "" {
		v.err(e, "boolean-op is "+quote(Attr(e, "boolean-op"))+", "+want+" is expected", "correct it").on("boolean-op", Attr(e, "boolean-op"))
	}
	if s, ok := LookupAttr(e, "score"); ok {
		if !GoodScore(s) {
			v.err(e, "score is "+quote(s)+", "+of(score).check(s)+" is expected", "correct it").on("score", s)
		}
		if Attr(e, "score-attribute") != "" {
			v.err(e, "a rule has both score and score-attribute", "keep one of them").on("score", s)
		}
	}
	if want := roles().check(Attr(e, "role")); Attr(e, "role") != "" && want != "" {
		v.err(e, "role is "+quote(Attr(e, "role"))+", "+want+" is expected", "correct it")
	}
	empty := true
	for c := range Children(e) {
		empty = false
		v.expression(c)
	}
	if empty {
		v.err(e, "a rule without expressions", "add one or remove the rule")
	}
}

func (v *verifier) expression(e *etree.Element) {
	operation := Attr(e, "operation")
	expect := func(o option) {
		if want := o.check(operation); want != "" {
			v.err(e, "operation is "+quote(operation)+", "+want+" is expected", "correct it").on("operation", operation)
		}
	}
	switch e.Tag {
	case "expression":
		expect(oneOf("lt", "gt", "lte", "gte", "eq", "ne", "defined", "not_defined"))
		if Attr(e, "attribute") == "" {
			v.err(e, "an expression without an attribute", "name one")
		}
		if _, ok := LookupAttr(e, "value"); !ok && !strings.HasSuffix(operation, "defined") {
			v.err(e, "an expression without a value", "give one, or use defined or not_defined")
		}
	case "date_expression":
		expect(oneOf("gt", "lt", "in_range", "in-range", "date_spec", "date-spec", ""))
		switch {
		case operation == "gt" && Attr(e, "start") == "":
			v.err(e, "a date after nothing", "set start")
		case operation == "lt" && Attr(e, "end") == "":
			v.err(e, "a date before nothing", "set end")
		case strings.HasPrefix(operation, "date") && Child(e, "date_spec") == nil:
			v.err(e, "a date_spec without its pattern", "add a date_spec")
		}
	}
}
