package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/beevik/etree"

	"crm/cib"
)

// mutant is a CIB that is being changed.
type mutant struct {
	*cluster
	doc   *cib.Document
	now   time.Time
	done  []string // the kinds of change
	notes []string // what they were
}

func newMutant(r *rand.Rand, doc *cib.Document) *mutant {
	u := &mutant{cluster: &cluster{Rand: r}, doc: doc, now: time.Now()}
	if s, err := strconv.ParseInt(cib.Attr(doc.Root(), "execution-date"), 10, 64); err == nil {
		u.now = time.Unix(s, 0)
	}
	return u
}

// setDefaults sets what has another default today, and the version of a peer
// that counts failures of each operation, as all do today.
func (u *mutant) setDefaults() {
	u.doc.Root().CreateAttr("crm_feature_set", "3.16.1")
	for nv := range cib.Walk(u.section("crm_config")) {
		if cib.Attr(nv, "name") == "concurrent-fencing" {
			return
		}
	}
	u.setNV(u.section("crm_config"), "cluster_property_set", "concurrent-fencing", "true")
}

// mutation is a kind of change; it returns what it did, "" if it found nothing
// to change.
type mutation struct {
	name string
	do   func(*mutant) string
}

func mutations() []mutation {
	return []mutation{
		{"score", (*mutant).changeScore}, {"drop", (*mutant).dropConstraint}, {"swap", (*mutant).swap},
		{"location", (*mutant).addLocation}, {"colocation", (*mutant).addColocation}, {"order", (*mutant).addOrder},
		{"ticket", (*mutant).addTicket}, {"meta", (*mutant).changeMeta}, {"meta", (*mutant).changeMeta}, {"option", (*mutant).changeOption},
		{"operation", (*mutant).changeOperation}, {"node-state", (*mutant).changeNode}, {"node-attribute", (*mutant).changeAttribute},
		{"history", (*mutant).changeHistory}, {"history", (*mutant).changeHistory}, {"failure", (*mutant).addFailure}, {"failure", (*mutant).addFailure},
		{"elsewhere", (*mutant).foundElsewhere}, {"migration", (*mutant).addMigration}, {"removed", (*mutant).removeResource},
		{"quorum", (*mutant).changeQuorum}, {"forget", (*mutant).forgetHistory}, {"bundle", (*mutant).changeBundle},
		{"constraint-word", (*mutant).changeConstraint}, {"clean", (*mutant).dropSomething},
		{"value", (*mutant).badValue}, {"value", (*mutant).badValue}, {"default", (*mutant).setDefault}, {"twice", (*mutant).duplicate},
		{"date", (*mutant).changeDate}, {"ticket", (*mutant).changeTicket}, {"utilization", (*mutant).changeUtilization}, {"level", (*mutant).changeLevel},
		{"exchanged", (*mutant).swapHistories}, {"moved", (*mutant).moveHistory}, {"record", (*mutant).changeRecord}, {"record", (*mutant).changeRecord},
		{"pending", (*mutant).addPending}, {"reorder", (*mutant).reorder}, {"fail-count", (*mutant).changeFailCount}, {"promotion", (*mutant).changePromotionScore},
		{"connection", (*mutant).failConnection}, {"rename", (*mutant).renameNode}, {"nodes", (*mutant).changeNodes},
		{"structure", (*mutant).restructure}, {"structure", (*mutant).restructure}, {"agent", (*mutant).changeAgent},
	}
}

// change does one or two things to it.
func (u *mutant) change() {
	list := mutations()
	for n := 1 + u.IntN(4)/3; n > 0; {
		m := list[u.IntN(len(list))]
		if what := m.do(u); what != "" {
			u.done, u.notes = append(u.done, m.name), append(u.notes, what)
			n--
		}
	}
}

// all elements of a section with one of the tags.
func all(within *etree.Element, tags ...string) []*etree.Element {
	var list []*etree.Element
	if within == nil {
		return nil
	}
	for e := range cib.Walk(within) {
		for _, t := range tags {
			if e.Tag == t {
				list = append(list, e)
			}
		}
	}
	return list
}

// any is one of them; nil if there are none.
func (u *mutant) any(list []*etree.Element) *etree.Element {
	if len(list) == 0 {
		return nil
	}
	return list[u.IntN(len(list))]
}

func (u *mutant) section(name string) *etree.Element {
	if name == "status" {
		return u.doc.Status()
	}
	e := cib.Child(u.doc.Configuration(), name)
	if e == nil {
		e = u.doc.Configuration().CreateElement(name)
	}
	return e
}

func (u *mutant) resources(tags ...string) []*etree.Element {
	if len(tags) == 0 {
		tags = []string{"primitive", "group", "clone", "master", "bundle"}
	}
	return all(u.section("resources"), tags...)
}

// nodeNames are the uname values of all nodes.
func (u *mutant) nodeName() string {
	e := u.any(all(u.section("nodes"), "node"))
	if s := u.any(all(u.section("status"), "node_state")); e == nil || s != nil && u.one(4) {
		e = s
	}
	if e == nil {
		return ""
	}
	return cib.Attr(e, "uname")
}

func (u *mutant) constraintsNow() []*etree.Element {
	var list []*etree.Element
	for e := range cib.Children(u.section("constraints")) {
		list = append(list, e)
	}
	return list
}

// add appends an element to a parent.
func (u *mutant) add(parent *etree.Element, text string) string {
	e, err := cib.ParseElement(text)
	if err != nil {
		panic(err)
	}
	parent.AddChild(e)
	return text
}

// setNV sets an nvpair of a resource, node or transient set.
func (u *mutant) setNV(owner *etree.Element, block, name, value string) string {
	set := cib.Child(owner, block)
	if set == nil {
		set = etree.NewElement(block)
		set.CreateAttr("id", u.id("mut-set-"))
		owner.InsertChildAt(0, set)
	}
	for nv := range cib.Children(set, "nvpair") {
		if cib.Attr(nv, "name") == name {
			nv.CreateAttr("value", value)
			return fmt.Sprintf("%s: %s=%s", cib.ID(owner), name, value)
		}
	}
	nv := set.CreateElement("nvpair")
	nv.CreateAttr("id", u.id("mut-nv-"))
	nv.CreateAttr("name", name)
	nv.CreateAttr("value", value)
	return fmt.Sprintf("%s: %s=%s", cib.ID(owner), name, value)
}

func (u *mutant) changeScore() string {
	var scored []*etree.Element
	for _, c := range u.constraintsNow() {
		for e := range cib.Walk(c) {
			if e.SelectAttr("score") != nil {
				scored = append(scored, e)
			}
		}
	}
	e := u.any(scored)
	if e == nil {
		return ""
	}
	e.CreateAttr("score", u.score())
	return cib.ID(e) + ": score=" + cib.Attr(e, "score")
}

func (u *mutant) dropConstraint() string {
	e := u.any(u.constraintsNow())
	if e == nil {
		return ""
	}
	cib.Remove(e)
	return "without " + cib.ID(e)
}

// swap two neighbours: constraints, resources or what a set holds.
func (u *mutant) swap() string {
	parents := append(all(u.section("constraints"), "constraints", "resource_set"), all(u.section("resources"), "resources", "group")...)
	p := u.any(append(parents, u.section("constraints"), u.section("resources")))
	list := p.ChildElements()
	if len(list) < 2 {
		return ""
	}
	i := u.IntN(len(list) - 1)
	if list[i].Tag != list[i+1].Tag && p.Tag != "constraints" && p.Tag != "resources" {
		return ""
	}
	e := p.RemoveChildAt(list[i].Index())
	p.InsertChildAt(list[i+1].Index()+1, e)
	return cib.ID(list[i]) + " after " + cib.ID(list[i+1])
}

func (u *mutant) addLocation() string {
	r := u.any(u.resources())
	if r == nil {
		return ""
	}
	id, rsc := u.id("mut-l"), cib.ID(r)
	role := pick(u.cluster, "", "", "", ` role="Promoted"`, ` role="Stopped"`)
	switch u.IntN(5) {
	case 0:
		return u.add(u.section("constraints"), fmt.Sprintf(`<rsc_location id="%s" rsc="%s" node="%s" score="%s" resource-discovery="%s"/>`,
			id, rsc, u.nodeName(), u.score(), pick(u.cluster, "never", "exclusive", "always")))
	case 1:
		return u.add(u.section("constraints"), fmt.Sprintf(`<rsc_location id="%s" rsc="%s"><rule id="%s-r" score="%s"%s><expression id="%s-e" attribute="#uname" operation="%s" value="%s"/></rule></rsc_location>`,
			id, rsc, id, u.score(), role, id, pick(u.cluster, "eq", "ne", "gt"), u.nodeName()))
	}
	return u.add(u.section("constraints"), fmt.Sprintf(`<rsc_location id="%s" rsc="%s" node="%s" score="%s"%s/>`, id, rsc, u.nodeName(), u.score(), role))
}

func (u *mutant) addColocation() string {
	a, b := u.any(u.resources()), u.any(u.resources())
	if a == nil || a == b {
		return ""
	}
	role := func(name string, e *etree.Element) string {
		if u.IntN(3) > 0 || !hasRoles(e) {
			return ""
		}
		return fmt.Sprintf(` %s="%s"`, name, pick(u.cluster, "Master", "Slave", "Started"))
	}
	return u.add(u.section("constraints"), fmt.Sprintf(`<rsc_colocation id="%s" rsc="%s" with-rsc="%s" score="%s"%s%s%s/>`, u.id("mut-c"), cib.ID(a), cib.ID(b), u.score(),
		role("rsc-role", a), role("with-rsc-role", b), pick(u.cluster, "", "", "", ` influence="false"`)))
}

// hasRoles is true for what may be promoted: today's Pacemaker cares for no
// other's role in colocations, in other ways than 2.1.5 does.
func hasRoles(e *etree.Element) bool {
	return e != nil && (e.Tag == "master" || e.Tag == "bundle" || cib.IsPromotable(e))
}

func (u *mutant) addOrder() string {
	a, b := u.any(u.resources()), u.any(u.resources())
	if a == nil || a == b {
		return ""
	}
	return u.add(u.section("constraints"), fmt.Sprintf(`<rsc_order id="%s" first="%s" then="%s"%s%s%s/>`, u.id("mut-o"), cib.ID(a), cib.ID(b),
		pick(u.cluster, "", ` kind="Mandatory"`, ` kind="Optional"`, ` kind="Serialize"`), pick(u.cluster, "", "", ` symmetrical="false"`, ` require-all="false"`),
		pick(u.cluster, "", "", "", ` first-action="promote"`, ` first-action="stop"`, ` first-action="promote" then-action="start"`, ` first-action="start" then-action="promote"`, ` first-action="demote" then-action="stop"`)))
}

func (u *mutant) addTicket() string {
	r := u.any(u.resources())
	if r == nil {
		return ""
	}
	tickets := cib.Child(u.section("status"), "tickets")
	if tickets == nil {
		tickets = etree.NewElement("tickets")
		u.section("status").InsertChildAt(0, tickets)
	}
	id := u.id("mut-t")
	if u.IntN(4) > 0 {
		u.add(tickets, fmt.Sprintf(`<ticket_state id="%s" granted="%t"%s/>`, id, u.one(2), pick(u.cluster, "", ` standby="true"`)))
	}
	return u.add(u.section("constraints"), fmt.Sprintf(`<rsc_ticket id="%sc" rsc="%s" ticket="%s"%s%s/>`, id, cib.ID(r), id,
		pick(u.cluster, "", "", ` rsc-role="Master"`, ` rsc-role="Started"`), pick(u.cluster, "", ` loss-policy="fence"`, ` loss-policy="stop"`, ` loss-policy="freeze"`, ` loss-policy="demote"`)))
}
