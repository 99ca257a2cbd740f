package engine

import (
	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine/score"
)

// orderKind is how binding a configured order is.
type orderKind int8

const (
	kindMandatory orderKind = iota
	kindOptional
	kindSerialize
)

// symmetry tells whether an order also holds backwards for the opposite
// operations; inverse is that other half.
type symmetry int8

const (
	asymmetricOrder symmetry = iota
	symmetricOrder
	inverseOrder
)

var opposites = map[string]string{"start": "stop", "stop": "start", "promote": "demote", "demote": "promote",
	"promoted": "demoted", "demoted": "promoted", "running": "stopped", "stopped": "running"}

func parseOrderKind(e *etree.Element, otherwise orderKind) orderKind {
	kind := e.SelectAttr("kind")
	if kind == nil {
		return otherwise
	}
	switch kind.Value {
	case "Optional":
		return kindOptional
	case "Serialize":
		return kindSerialize
	}
	return kindMandatory
}

func parseSymmetry(e *etree.Element, kind orderKind, otherwise string) symmetry {
	text := e.SelectAttrValue("symmetrical", otherwise)
	yes, valid := score.Boolean(text)
	if kind == kindSerialize || valid && !yes {
		return asymmetricOrder
	}
	return symmetricOrder
}

// relationOf is the relation that a configured order makes.
func relationOf(kind orderKind, firstTask string, s symmetry) relation {
	switch {
	case kind == kindOptional:
		return ordered
	case kind == kindSerialize:
		return serialize
	case s == asymmetricOrder:
		return ordered | asymmetric
	case s == inverseOrder:
		return ordered | thenImpliesFirst
	}
	rel := ordered | firstImpliesThen
	if firstTask == "start" || firstTask == "promote" || firstTask == "migrate_from" {
		rel |= unrunnableFirstBlocks
	}
	return rel
}

// unpackOrder reads one rsc_order constraint.
func (c *cluster) unpackOrder(e *etree.Element) {
	kind := kindMandatory
	if s := e.SelectAttr("score"); s != nil && e.SelectAttr("kind") == nil {
		if n, ok := score.Parse(s.Value); ok && n == 0 {
			kind = kindOptional
		}
	}
	kind = parseOrderKind(e, kind)
	c.begin(cib.ID(e))
	defer c.begin("")
	if sets := c.orderSets(e); sets != nil {
		c.orderBySets(e, sets, kind)
		return
	}
	c.orderSimple(e, kind)
}

func (c *cluster) orderSimple(e *etree.Element, kind orderKind) {
	first := c.constrained(e.SelectAttrValue("first", ""))
	then := c.constrained(e.SelectAttrValue("then", ""))
	if first == nil || then == nil {
		c.warn(e, "it names a resource that does not exist by itself, it is ignored", "name what the resource is in, or remove the constraint")
		return
	}
	firstTask := e.SelectAttrValue("first-action", "start")
	thenTask := e.SelectAttrValue("then-action", firstTask)
	s := parseSymmetry(e, kind, "")
	rel := relationOf(kind, firstTask, s)
	if n := c.firstsNeeded(e, first); n > 0 {
		gate := c.pseudoAction("clone-one-or-more:" + e.SelectAttrValue("id", ""))
		gate.neededFirsts = n
		for _, i := range first.Children {
			c.order(op(i, firstTask), act(gate), minRunnable|firstImpliesThenGraphed)
		}
		c.order(act(gate), op(then, thenTask), rel|unrunnableFirstBlocks)
	} else {
		c.order(op(first, firstTask), op(then, thenTask), rel)
	}
	if s != symmetricOrder {
		return
	}
	c.orderOpposite(first, firstTask, then, thenTask, kind)
}

// orderOpposite writes down the way back of first before then.
func (c *cluster) orderOpposite(first *Resource, firstTask string, then *Resource, thenTask string, kind orderKind) {
	undoFirst, ok1 := opposites[firstTask]
	undoThen, ok2 := opposites[thenTask]
	if ok1 && ok2 {
		c.order(op(then, undoThen), op(first, undoFirst), relationOf(kind, undoFirst, inverseOrder))
	}
}

// firstsNeeded is how many instances of a clone are enough for what comes
// after it; 0 means the clone as a whole. What the clone says goes before what
// the order says.
func (c *cluster) firstsNeeded(e *etree.Element, first *Resource) int {
	if first.Kind != KindClone {
		return 0
	}
	if n, _ := score.Integer(first.meta.get("clone-min")); n > 0 {
		return int(n)
	}
	if all, valid := score.Boolean(e.SelectAttrValue("require-all", "true")); valid && !all {
		return 1
	}
	return 0
}

// orderSet is one resource_set of an order.
type orderSet struct {
	id         string
	members    []*Resource
	task       string
	sequential string // as written; "" when it is not
	requireAll bool
	element    *etree.Element
}

// explicitly tells whether the set says that it is sequential. Between sets
// only that counts; inside a set it is the default.
func (s *orderSet) explicitly() bool {
	yes, _ := score.Boolean(s.sequential)
	return yes
}

func (s *orderSet) insideSequential() bool {
	yes, valid := score.Boolean(s.sequential)
	return yes || !valid
}

// orderSets gives the sets of an order. Templates and tags in a simple order
// make sets of it. Nil means a simple order.
func (c *cluster) orderSets(e *etree.Element) []orderSet {
	var sets []orderSet
	for _, se := range e.SelectElements("resource_set") {
		se = c.resolve(se)
		if se == nil {
			continue
		}
		s := orderSet{id: se.SelectAttrValue("id", ""), task: se.SelectAttrValue("action", "start"),
			sequential: se.SelectAttrValue("sequential", ""), element: se}
		all, valid := score.Boolean(se.SelectAttrValue("require-all", "true"))
		s.requireAll = all || !valid
		for _, ref := range se.SelectElements("resource_ref") {
			n := c.resourcesNamed(ref.SelectAttrValue("id", ""))
			if n.broken {
				c.warnMissing(e, n.missing)
				return append([]orderSet{}, sets...)
			}
			s.members = append(s.members, n.list...)
		}
		sets = append(sets, s)
	}
	if sets != nil {
		return sets
	}
	return c.taggedOrder(e)
}

// taggedOrder makes sets of an order in which a template or tag stands for
// several resources.
func (c *cluster) taggedOrder(e *etree.Element) []orderSet {
	var sets []orderSet
	anySeveral := false
	for _, side := range []string{"first", "then"} {
		id := e.SelectAttrValue(side, "")
		n := c.resourcesNamed(id)
		switch {
		case len(n.list) == 0:
			return nil
		case n.broken:
			c.warnMissing(e, n.missing)
			return []orderSet{}
		}
		s := orderSet{id: id, members: n.list, task: e.SelectAttrValue(side+"-action", "start"), requireAll: true, element: e}
		if n.several {
			s.sequential, anySeveral = "false", true
		}
		sets = append(sets, s)
	}
	if !anySeveral {
		return nil
	}
	return sets
}

func (c *cluster) orderBySets(e *etree.Element, sets []orderSet, kind orderKind) {
	overall := e.SelectAttrValue("symmetrical", "")
	s := parseSymmetry(e, kind, "")
	for i := range sets {
		k := kind
		if sets[i].element != e {
			k = parseOrderKind(sets[i].element, kind)
		}
		c.orderInside(&sets[i], k, parseSymmetry(sets[i].element, k, overall))
		if i == 0 {
			continue
		}
		c.orderSetPair(&sets[i-1], &sets[i], kind, s)
		if s == symmetricOrder {
			c.orderSetsBack(&sets[i-1], &sets[i], kind)
		}
	}
}

// orderInside orders the members of one set.
func (c *cluster) orderInside(s *orderSet, kind orderKind, sym symmetry) {
	rel := relationOf(kind, s.task, sym)
	for i, m := range s.members {
		if kind == kindSerialize {
			for _, later := range s.members[i+1:] {
				c.order(op(m, s.task), op(later, s.task), rel)
			}
		} else if s.insideSequential() && i > 0 {
			c.order(op(s.members[i-1], s.task), op(m, s.task), rel)
		}
	}
	undo, ok := opposites[s.task]
	if sym != symmetricOrder || !s.insideSequential() || !ok {
		return
	}
	for i := 1; i < len(s.members); i++ {
		c.order(op(s.members[i], undo), op(s.members[i-1], undo), relationOf(kind, undo, inverseOrder))
	}
}

func (c *cluster) orderSetPair(previous, this *orderSet, kind orderKind, s symmetry) {
	rel := relationOf(kind, previous.task, s)
	if !previous.requireAll && previous.task != "stop" && previous.task != "demote" {
		gate := c.pseudoAction("one-or-more:" + previous.id)
		gate.neededFirsts = 1
		for _, m := range previous.members {
			c.order(op(m, previous.task), act(gate), minRunnable|firstImpliesThenGraphed)
		}
		for _, m := range this.members {
			c.order(act(gate), op(m, this.task), rel|unrunnableFirstBlocks)
		}
		return
	}
	firsts, thens := previous.members, this.members
	if previous.explicitly() && len(firsts) > 0 {
		firsts = firsts[len(firsts)-1:]
	}
	if this.explicitly() && len(thens) > 0 {
		thens = thens[:1]
	}
	c.cross(firsts, previous.task, thens, this.task, rel)
}

func (c *cluster) orderSetsBack(previous, this *orderSet, kind orderKind) {
	undoPrevious, ok1 := opposites[previous.task]
	undoThis, ok2 := opposites[this.task]
	if !ok1 || !ok2 {
		return
	}
	firsts, thens := this.members, previous.members
	if this.explicitly() && len(firsts) > 0 {
		firsts = firsts[:1]
	}
	if previous.explicitly() && len(thens) > 0 {
		thens = thens[len(thens)-1:]
	}
	c.cross(firsts, undoThis, thens, undoPrevious, relationOf(kind, undoThis, inverseOrder))
}

func (c *cluster) cross(firsts []*Resource, firstTask string, thens []*Resource, thenTask string, rel relation) {
	for _, f := range firsts {
		for _, t := range thens {
			c.order(op(f, firstTask), op(t, thenTask), rel)
		}
	}
}
