package cib

import (
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"
)

// prefix4 begins the ids that the upgrade to series 4 makes.
const prefix4 = "pcmk__3_10_upgrade-"

// to4 upgrades from series 3 to 4.
func (u *upgrader) to4() {
	if u.configuration() == nil {
		return
	}
	u.expand(func(c, ref *etree.Element) {
		if name := Attr(ref, "name"); c.Tag == "nvpair" && name != "" {
			c.CreateAttr("id", prefix4+ID(c)+"-"+name)
			c.CreateAttr("name", name)
		}
	})
	u.options4()
	u.dates4()
	u.levels4()
	u.pairs4()
	u.promotable4()
	u.pings4()
	u.locations4()
	u.lifetimes4()
	u.unsupported4()
	u.restore()
}

func (u *upgrader) options4() {
	for _, set := range u.elements(PropertySet) {
		for _, nv := range slices.Collect(pairs(set)) {
			switch name := Attr(nv, "name"); name {
			case "crmd-finalization-timeout", "crmd-integration-timeout":
				nv.CreateAttr("name", strings.Replace(name, "crmd", "join", 1))
			case "crmd-transition-delay":
				nv.CreateAttr("name", "transition-delay")
			case "remove-after-stop":
				u.note("option %s is dropped: it is no longer supported", name)
				Remove(nv)
			case "stonith-action":
				if Attr(nv, "value") == "poweroff" {
					nv.CreateAttr("value", "off")
				}
			}
		}
	}
}

func (u *upgrader) dates4() {
	for _, e := range u.elements("date_spec") {
		if e.RemoveAttr("moon") != nil {
			u.note("the moon of %s is dropped: phases of the moon are no longer supported", ID(e))
		}
	}
}

func (u *upgrader) levels4() {
	for _, e := range u.elements("fencing-level") {
		if n, err := strconv.Atoi(Attr(e, "index")); err == nil && n > 9 {
			u.note("fencing level %s is dropped: the index goes up to 9", ID(e))
			Remove(e)
		}
	}
}

// pairs4 leaves one pair of each name in a set: the first one behind the last
// #default, or that #default when nothing follows it.
func (u *upgrader) pairs4() {
	for _, set := range u.elements(InstanceAttributes, MetaAttributes, Utilization, PropertySet) {
		chosen := map[string]*etree.Element{}
		all := slices.Collect(pairs(set))
		for _, nv := range all {
			value, ok := LookupAttr(nv, "value")
			name := Attr(nv, "name")
			old := chosen[name]
			if ok && (old == nil || value == "#default" || Attr(old, "value") == "#default") {
				chosen[name] = nv
			}
		}
		for _, nv := range all {
			name := Attr(nv, "name")
			if _, hasValue := LookupAttr(nv, "value"); !hasValue && Attr(nv, "id-ref") != "" {
				continue // refers to nothing
			}
			switch {
			case chosen[name] != nv:
				Remove(nv)
			case set.Tag == MetaAttributes && name == "restart-type",
				set.Tag == MetaAttributes && (name == "can_fail" || name == "role_after_failure") && operational(set):
				u.note("meta attribute %s of %s is dropped: it is no longer supported", name, ID(set))
				Remove(nv)
			}
		}
	}
}

// operational tells whether a set belongs to operations.
func operational(set *etree.Element) bool {
	p := set.Parent()
	return p != nil && (p.Tag == "op" || p.Tag == OpDefaults)
}

func (u *upgrader) promotable4() {
	for _, e := range u.elements("docker", "podman", "rkt") {
		if a := e.SelectAttr("masters"); a != nil {
			if _, both := LookupAttr(e, "promoted-max"); both {
				e.RemoveAttr("masters")
			} else {
				a.Key = "promoted-max"
			}
		}
	}
	for _, e := range u.elements("master") {
		e.Tag = "clone"
		set := etree.NewElement(MetaAttributes)
		id := prefix4 + "promotable-legacy-" + ID(e) + "-" + MetaAttributes
		set.CreateAttr("id", id)
		set.CreateAttr("score", "INFINITY")
		nv := set.CreateElement("nvpair")
		nv.CreateAttr("id", id+"-promotable")
		nv.CreateAttr("name", "promotable")
		nv.CreateAttr("value", "true")
		e.InsertChildAt(0, set)
	}
}

func (u *upgrader) pings4() {
	for _, node := range u.elements("node") {
		if Attr(node, "type") != "ping" || node.Parent().Tag != Nodes {
			continue
		}
		node.CreateAttr("type", "member")
		name := Attr(node, "uname")
		ban := u.doc.MakeSection(Constraints).CreateElement("rsc_location")
		ban.CreateAttr("id", prefix4+"ping-node-ban-"+name)
		ban.CreateAttr("rsc-pattern", ".*")
		ban.CreateAttr("node", name)
		ban.CreateAttr("score", "-INFINITY")
		ban.CreateAttr("resource-discovery", "never")
		u.note("ping node %s becomes a member that may run nothing", name)
	}
}

// locations4 splits constraints with several rules into one for each.
func (u *upgrader) locations4() {
	for _, e := range u.elements("rsc_location") {
		rules := slices.Collect(Children(e, "rule"))
		if len(rules) < 2 {
			continue
		}
		for _, rule := range rules {
			Remove(rule)
		}
		parent, id := e.Parent(), ID(e)
		at := e.Index()
		Remove(e)
		for i, rule := range rules {
			c := e
			if i > 0 {
				c = u.copyOf(e)
			}
			place := len(c.Child)
			if lifetime := Child(c, "lifetime"); lifetime != nil {
				place = lifetime.Index()
			}
			c.InsertChildAt(place, rule)
			c.CreateAttr("id", prefix4+id+"-"+strconv.Itoa(i+1))
			parent.InsertChildAt(at+i, c)
			if i > 0 {
				continue
			}
			// What is copied for the other rules must not hold this one.
			e = CopyElement(c)
			u.markLike(e, c)
			e.RemoveChild(Child(e, "rule"))
		}
	}
}

// markLike gives the elements of a fresh copy the marks of what it copies.
func (u *upgrader) markLike(fresh, of *etree.Element) {
	if u.isCopy[of] {
		u.isCopy[fresh] = true
	}
	if id, ok := u.source[of]; ok {
		u.source[fresh] = id
		u.copies = append(u.copies, fresh)
	}
	a, b := slices.Collect(Children(fresh)), slices.Collect(Children(of))
	for i := range a {
		u.markLike(a[i], b[i])
	}
}

// copyOf copies a constraint for another rule. Its sets and the rules of its
// lifetime are copies of those in the first one.
func (u *upgrader) copyOf(e *etree.Element) *etree.Element {
	c := CopyElement(e)
	for part := range Walk(c) {
		shared := part.Tag == "resource_set" || part.Tag == "rule" && part.Parent() != nil && part.Parent().Tag == "lifetime"
		if !shared || ID(part) == "" {
			continue
		}
		u.copies = append(u.copies, part)
		u.source[part] = ID(part)
		for inner := range Walk(part) {
			u.isCopy[inner] = true
		}
	}
	return c
}

// lifetimes4 folds lifetimes into the rules of locations and drops them
// elsewhere. Rules of dropped ones that are used in other places are kept in
// a constraint that matches nothing.
func (u *upgrader) lifetimes4() {
	var dropped []*etree.Element
	for _, lifetime := range u.elements("lifetime") {
		e := lifetime.Parent()
		if e.Tag == "rsc_location" {
			u.foldLifetime(e, lifetime)
			continue
		}
		u.note("the lifetime of %s is dropped: it always applies now", ID(e))
		for rule := range Children(lifetime, "rule") {
			dropped = append(dropped, rule)
		}
		Remove(lifetime)
	}
	used := map[string]bool{}
	for _, c := range u.copies {
		if c.Tag == "rule" && within(c, u.configuration()) {
			used[ID(c)] = true
		}
	}
	var keep []*etree.Element
	for _, rule := range dropped {
		if !u.isCopy[rule] && used[ID(rule)] {
			keep = append(keep, rule)
		}
	}
	if len(keep) == 0 {
		return
	}
	e := u.doc.MakeSection(Constraints).CreateElement("rsc_location")
	e.CreateAttr("id", prefix4+"coloc-order-lifetime-rules")
	e.CreateAttr("rsc-pattern", "a^")
	outer := e.CreateElement("rule")
	outer.CreateAttr("id", prefix4+"coloc-order-lifetime-rules-rule")
	outer.CreateAttr("score", "-INFINITY")
	for _, rule := range keep {
		outer.AddChild(rule)
	}
}

func (u *upgrader) foldLifetime(e, lifetime *etree.Element) {
	id := ID(e)
	both := etree.NewElement("rule")
	both.CreateAttr("id", prefix4+id+"-lifetime-and-rule")
	both.CreateAttr("boolean-op", "and")
	rule := Child(e, "rule")
	e.InsertChildAt(lifetime.Index(), both)
	if rule == nil {
		rule = etree.NewElement("rule")
		rule.CreateAttr("id", prefix4+id+"-node-score-rule")
		rule.CreateAttr("score", Attr(e, "score"))
		x := rule.CreateElement("expression")
		x.CreateAttr("id", prefix4+id+"-node-score-rule-expr")
		x.CreateAttr("attribute", "#uname")
		x.CreateAttr("operation", "eq")
		x.CreateAttr("value", Attr(e, "node"))
		e.RemoveAttr("score")
		e.RemoveAttr("node")
	}
	both.AddChild(rule)
	rules := slices.Collect(Children(lifetime, "rule"))
	into := both
	if len(rules) > 1 {
		into = both.CreateElement("rule")
		into.CreateAttr("id", prefix4+id+"-lifetime-or-rule")
		into.CreateAttr("boolean-op", "or")
	}
	for _, r := range rules {
		into.AddChild(r)
	}
	Remove(lifetime)
}

// unsupported4 drops resources of dead classes and containers, and all that
// refers to them.
func (u *upgrader) unsupported4() {
	out := map[string]bool{}
	drop := func(e *etree.Element, why string) {
		out[ID(e)] = true
		u.note("%s %s is dropped: %s", e.Tag, ID(e), why)
		Remove(e)
	}
	for _, e := range u.elements("template", "primitive") {
		if class := Attr(e, "class"); gone(class) {
			drop(e, class+" resources are no longer supported")
		} else if out[Attr(e, "template")] {
			drop(e, "its template is")
		}
	}
	if len(out) > 0 {
		for _, tag := range []string{"group", "clone"} {
			for _, e := range u.elements(tag) {
				if memberCount(e) == 0 {
					drop(e, "nothing is left in it")
				}
			}
		}
	}
	for _, e := range u.elements("rkt") {
		if bundle := e.Parent(); bundle.Tag == "bundle" {
			for p := range Members(bundle) {
				out[ID(p)] = true
			}
			drop(bundle, "rkt containers are no longer supported")
		}
	}
	if len(out) == 0 {
		return
	}
	for _, ref := range slices.Collect(u.doc.References()) {
		if out[ref.To] && ref.From.Tag != "primitive" {
			dropDeadReference(ref)
		}
	}
}

// dropDeadReference is dropReference, but a constraint over sets stays as
// long as any member is left.
func dropDeadReference(ref Reference) {
	set := ref.From.Parent()
	if ref.From.Tag != "resource_ref" || set == nil {
		dropReference(ref)
		return
	}
	Remove(ref.From)
	if Child(set, "resource_ref") == nil && set.Parent() != nil {
		constraint := set.Parent()
		Remove(set)
		if Child(constraint, "resource_set") == nil {
			Remove(constraint)
		}
	}
}
