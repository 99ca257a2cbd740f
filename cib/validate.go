package cib

import (
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"
)

// Validate looks for what the schema that a document names (validate-with)
// does not allow: elements and attributes that are unknown, missing or in the
// wrong place, values of the wrong kind, ids given twice. A document that is
// not to be validated, with the schema none or without one, has no such
// faults. Everything found is an error.
func Validate(d *Document) []Finding {
	v := &verifier{doc: d}
	v.schema()
	return v.findings
}

// schema runs the validator over a document.
func (v *verifier) schema() {
	root := v.doc.Root()
	name, given := LookupAttr(root, "validate-with")
	if !given || strings.EqualFold(name, "none") {
		return
	}
	number, ok := knownSchema(name)
	if !ok {
		remedy := "name one from pacemaker-1.0 to " + NewestSchema + ", for example pacemaker-3.9"
		v.err(root, "there is no schema "+quote(name)+" (validate-with)", remedy)
		return
	}
	told := v.wrong
	v.wrong = nil // several faults of one element are each told here
	defer func() { v.wrong = told }()
	c := &schemaCheck{verifier: v, told: told, version: number, ids: make(map[string]*etree.Element, v.size())}
	if constraints := v.doc.Section(Constraints); constraints != nil {
		c.refs = make([]Reference, 0, 2*len(constraints.Child)) // most name two resources
	}
	c.element(root, schemaRules()["cib"])
	for _, ref := range c.refs {
		if c.ids[ref.To] == nil {
			c.fault(ref.From, ref.Attr+" refers to "+quote(ref.To)+", which does not exist", "remove the reference or create "+quote(ref.To)).on(ref.Attr, ref.To)
		}
	}
}

// knownSchema is the number of a schema that there is.
func knownSchema(name string) (number int, ok bool) {
	if name == "pacemaker-next" {
		name = NewestSchema
	}
	major, minor, ok := Schema(name)
	if !ok || major > 4 || minor > []int{3, 10, 10, 0}[major-1] || major == 1 && minor == 1 {
		return 0, false
	}
	return schemaNumber(major, minor), true
}

// schemaCheck is one walk over a document. Problems of a form that is only
// tried are counted, not kept.
type schemaCheck struct {
	*verifier
	version int
	told    map[*etree.Element]bool // elements whose faults were told before
	ids     map[string]*etree.Element
	refs    []Reference
	now     *elementRule // whose attributes are looked at
	dry     bool
	count   int
}

func (c *schemaCheck) fault(e *etree.Element, problem, remedy string) *Finding {
	if c.count++; c.dry || c.told[e] {
		return &Finding{} // which nobody gets
	}
	if ID(e) == "" && e.Parent() != nil && e != c.doc.Root() {
		problem = "<" + e.FullTag() + ">: " + problem
	}
	return c.err(e, problem, remedy)
}

// element checks e and all in it.
func (c *schemaCheck) element(e *etree.Element, rule *elementRule) {
	if rule.open {
		return
	}
	form := c.formOf(e, rule)
	c.now = rule
	c.attributes(e, form)
	c.children(e, form, func(child *etree.Element, r *elementRule) { c.element(child, r) })
}

// formOf is the form that fits e best.
func (c *schemaCheck) formOf(e *etree.Element, rule *elementRule) *schemaForm {
	if len(rule.forms) == 1 {
		return rule.forms[0]
	}
	var best *schemaForm
	least := 0
	dry := c.dry
	for _, form := range rule.forms {
		if !form.holds(c.version) {
			continue
		}
		c.dry, c.count = true, 0
		c.attributes(e, form)
		c.children(e, form, func(*etree.Element, *elementRule) {})
		if best == nil || c.count < least {
			best, least = form, c.count
		}
		if least == 0 {
			break
		}
	}
	c.dry = dry
	return best
}

func (c *schemaCheck) attributes(e *etree.Element, form *schemaForm) {
	found := 0
	for i := range e.Attr {
		a := &e.Attr[i]
		rule := form.attr(a, c.version)
		if rule == nil {
			if a.Space != "xmlns" && a.FullKey() != "xmlns" {
				c.unknownAttr(e, a, form)
			}
			continue
		}
		found++
		if want := rule.value.expects(a.Value, c.version); want != "" {
			c.fault(e, rule.name+" is "+quote(a.Value)+", "+want+" is expected", correction(rule.value, a.Value, c.version)).on(rule.name, a.Value)
			continue
		}
		switch {
		case c.dry:
		case rule.value.name == "id":
			c.id(e, strings.TrimSpace(a.Value))
		case rule.value.name == "ref":
			c.refs = append(c.refs, Reference{e, rule.name, strings.TrimSpace(a.Value)})
		}
	}
	if found == len(form.attrs) {
		return
	}
	for i := range form.attrs {
		rule := &form.attrs[i]
		if !rule.must || !rule.holds(c.version) {
			continue
		}
		if _, ok := LookupAttr(e, rule.name); !ok {
			c.missingAttr(e, rule)
		}
	}
}

func (f *schemaForm) attr(a *etree.Attr, version int) *attrRule {
	if a.Space != "" {
		return nil
	}
	for i := range f.attrs {
		if rule := &f.attrs[i]; rule.name == a.Key && rule.holds(version) {
			return rule
		}
	}
	return nil
}

func (c *schemaCheck) unknownAttr(e *etree.Element, a *etree.Attr, form *schemaForm) {
	if c.dry {
		c.count++
		return
	}
	var names []string
	for i := range form.attrs {
		if rule := &form.attrs[i]; rule.holds(c.version) {
			names = append(names, rule.name)
		} else if rule.name == a.Key {
			c.fault(e, "attribute "+a.Key+" is not known to its schema, "+c.schemaName(), "remove it"+otherSchema(rule.reach)).on(a.Key, a.Value)
			return
		}
	}
	remedy := "remove it"
	if near := nearest(a.FullKey(), names); near != "" && Attr(e, near) == "" {
		remedy = "did you mean " + near + "?"
	} else if len(names) > 0 {
		remedy += "; there may be " + strings.Join(names, ", ")
	}
	c.fault(e, "attribute "+a.FullKey()+" does not belong here", remedy).on(a.FullKey(), a.Value)
}

func (c *schemaCheck) missingAttr(e *etree.Element, rule *attrRule) {
	if c.count++; c.dry {
		return
	}
	remedy := "set it"
	if len(rule.value.words) > 0 {
		remedy = "set it to " + rule.value.expectsWord("", c.version)
	}
	for _, form := range c.now.forms {
		if form.holds(c.version) && form.attr(&etree.Attr{Key: rule.name}, c.version) == nil {
			if others := form.missing(e, c.version); len(others) > 0 {
				remedy += ", or set " + strings.Join(others, ", ")
				break
			}
		}
	}
	c.fault(e, "attribute "+rule.name+" is missing", remedy)
}

// missing are the attributes that a form wants and e has not.
func (f *schemaForm) missing(e *etree.Element, version int) []string {
	var names []string
	for i := range f.attrs {
		rule := &f.attrs[i]
		if _, has := LookupAttr(e, rule.name); rule.must && !has && rule.holds(version) {
			names = append(names, rule.name)
		}
	}
	return names
}

// correction says what to do about a bad value.
func correction(v *valueType, value string, version int) string {
	var words []string
	for i, word := range v.words {
		switch {
		case v.reaches[i].holds(version):
			words = append(words, word)
		case word == value:
			return "use one of those, or upgrade the configuration (\"configure upgrade force\"): this schema does not know " + word
		}
	}
	if near := nearest(value, words); near != "" {
		return "did you mean " + near + "?"
	}
	if v.name == "id" || v.name == "ref" {
		return "use letters, digits, '.', '_' and '-', for example " + CleanID(value)
	}
	return "correct it"
}

// id notes an id, which must be the first of its name.
func (c *schemaCheck) id(e *etree.Element, id string) {
	if first := c.ids[id]; first != nil {
		c.fault(e, "the id "+quote(id)+" is used before, by a <"+first.Tag+">", "give one of them another id").on("id", id)
		return
	}
	c.ids[id] = e
}

func (c *schemaCheck) schemaName() string {
	return "pacemaker-" + strconv.Itoa(c.version/100) + "." + strconv.Itoa(c.version%100)
}

func otherSchema(r reach) string {
	if r.from == 0 {
		return ""
	}
	return ", or upgrade the schema: it is known from pacemaker-" + strconv.Itoa(r.from/100) + "." + strconv.Itoa(r.from%100) + " on"
}

// children holds the children of e against a form and gives each to inside.
func (c *schemaCheck) children(e *etree.Element, form *schemaForm, inside func(*etree.Element, *elementRule)) {
	var room [24]int
	counts := room[:0]
	for _, group := range form.groups {
		for range group {
			counts = append(counts, 0)
		}
	}
	now := 0 // the group that we are in
	for _, t := range e.Child {
		t, ok := t.(*etree.Element)
		if !ok {
			continue // texts are not kept by Pacemaker
		}
		group, at, tag := form.child(t, c.version)
		if tag == nil {
			c.unknownChild(e, t, form)
			continue
		}
		if group < now {
			c.fault(e, "<"+t.Tag+"> stands too late", "put it before "+tagsOf(form.groups[group+1:], c.version))
		}
		now = max(now, group)
		if counts[at]++; counts[at] > 1 && c.maxOf(form, at) == 1 {
			c.fault(e, "there is more than one "+oneTag(form, at), "keep one of them")
		}
		inside(t, tag.rule)
	}
	at := 0
	for _, group := range form.groups {
		for i := range group {
			if group[i].min > counts[at] && c.possible(&group[i]) {
				c.fault(e, "there is no "+oneTag(form, at)+" in it", "add one, or remove the <"+e.Tag+">")
			}
			at++
		}
	}
}

// possible tells whether a child is there at all in this schema.
func (c *schemaCheck) possible(rule *childRule) bool {
	return slices.ContainsFunc(rule.tags, func(t childTag) bool { return t.holds(c.version) })
}

func (c *schemaCheck) maxOf(form *schemaForm, at int) int {
	for _, group := range form.groups {
		if at < len(group) {
			return group[at].max
		}
		at -= len(group)
	}
	return 0
}

// child finds the rule of a child: its group, its number among all rules of
// the form, and the name.
func (f *schemaForm) child(e *etree.Element, version int) (group, at int, tag *childTag) {
	if e.Space != "" {
		return 0, 0, nil
	}
	for g := range f.groups {
		for i := range f.groups[g] {
			tags := f.groups[g][i].tags
			for k := range tags {
				if tags[k].tag == e.Tag && tags[k].holds(version) {
					return g, at, &tags[k]
				}
			}
			at++
		}
	}
	return 0, 0, nil
}

func (c *schemaCheck) unknownChild(e, child *etree.Element, form *schemaForm) {
	if c.dry {
		c.count++
		return
	}
	remedy := "remove it"
	names := tagNames(form.groups, c.version)
	for _, group := range form.groups {
		for _, rule := range group {
			for _, tag := range rule.tags {
				if tag.tag == child.Tag && !tag.holds(c.version) {
					c.fault(e, "<"+child.Tag+"> is not known to its schema, "+c.schemaName(), "remove it"+otherSchema(tag.reach))
					return
				}
			}
		}
	}
	if near := nearest(child.FullTag(), names); near != "" {
		remedy = "did you mean <" + near + ">?"
	} else if len(names) > 0 {
		remedy += "; there may be <" + strings.Join(names, ">, <") + ">"
	}
	c.fault(e, "<"+child.FullTag()+"> does not belong here", remedy)
}

func tagNames(groups [][]childRule, version int) []string {
	var names []string
	for _, group := range groups {
		for _, rule := range group {
			for _, tag := range rule.tags {
				if tag.holds(version) && !slices.Contains(names, tag.tag) {
					names = append(names, tag.tag)
				}
			}
		}
	}
	return names
}

func tagsOf(groups [][]childRule, version int) string {
	return "<" + strings.Join(tagNames(groups, version), ">, <") + ">"
}

// oneTag names the children of one rule: <docker> or <podman>.
func oneTag(form *schemaForm, at int) string {
	for _, group := range form.groups {
		if at < len(group) {
			var names []string
			for _, tag := range group[at].tags {
				names = append(names, "<"+tag.tag+">")
			}
			return strings.Join(names, " or ")
		}
		at -= len(group)
	}
	return ""
}

// isNCName tells whether s is an XML name without a colon.
func isNCName(s string) bool { return s != "" && s == CleanID(s) }

// isSchemaScore tells whether s is a score as schemas want it.
func isSchemaScore(s string) bool {
	switch s {
	case "INFINITY", "+INFINITY", "-INFINITY":
		return true
	}
	return wholeNumber(s)
}
