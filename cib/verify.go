package cib

import (
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"
)

// Severity tells how bad a finding is.
type Severity int

// A note is odd, but crm_verify is content. A warning makes crm_verify fail,
// yet the cluster puts up with it: it takes a default, or does without what
// makes no sense. An error makes it refuse the configuration or do something
// else than was asked; a commit stops at it.
const (
	Note Severity = iota
	Warning
	Error
)

// String is "note", "warning" or "error".
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	}
	return "note"
}

// Finding is one thing that is wrong with a configuration.
type Finding struct {
	Severity Severity
	Element  string // tag of the element
	ID       string // its id, or that of the nearest element around that has one
	Problem  string
	Remedy   string
	// Absent: something is missed that a part of the configuration that is not
	// shown to everybody may have.
	Absent bool
	At     *etree.Element // the very element
	Name   string         // the attribute or option that it is about, "" if none
	Value  string         // its value, or the id that is named
}

// String is one line for people: "error: rsc_order o1: ...; ...".
func (f Finding) String() string {
	return f.Severity.String() + ": " + strings.TrimRight(f.Element+" "+f.ID, " ") + ": " + f.Problem + "; " + f.Remedy
}

// verifier collects findings about one document.
type verifier struct {
	doc      *Document
	index    *Index
	fencing  bool
	meta     map[string]option
	ops      map[string]option
	wrong    map[*etree.Element]bool     // has an error already
	made     map[string][]*etree.Element // of each template; nil until it is asked for
	ran      map[string]bool             // ids in the history; nil until it is asked for
	findings []Finding
}

// Verify looks for everything that crm_verify complains of, what the schema
// does not allow included, and for what else cannot have been meant. Errors come first; within a severity the order is
// the document's, check by check.
func Verify(d *Document) []Finding {
	v := &verifier{doc: d, index: d.Index(), fencing: fencingEnabled(d), meta: metaOptions(), ops: operationOptions(), wrong: map[*etree.Element]bool{}}
	v.ids()
	v.references()
	v.options()
	v.nodes()
	v.resources()
	v.attributeSets()
	v.constraints()
	v.orderCycles()
	v.colocationCycles()
	v.topology()
	v.acls()
	v.alerts()
	v.schema()
	slices.SortStableFunc(v.findings, func(a, b Finding) int { return int(b.Severity) - int(a.Severity) })
	return v.findings
}

// Failed tells whether there is an error among the findings.
func Failed(findings []Finding) bool { return Worst(findings) == Error }

// Worst is the highest severity among the findings.
func Worst(findings []Finding) Severity {
	worst := Note
	for _, f := range findings {
		worst = max(worst, f.Severity)
	}
	return worst
}

func (v *verifier) add(severity Severity, e *etree.Element, problem, remedy string) *Finding {
	f := Finding{Severity: severity, Problem: problem, Remedy: remedy, At: e}
	if e.Tag == "nvpair" {
		f.Name, f.Value = Attr(e, "name"), Attr(e, "value")
	}
	if severity == Error && v.wrong != nil {
		v.wrong[e] = true
	}
	for len(referring(e)) == 1 && referring(e)[0] == "id" && e.Parent() != nil {
		e = e.Parent() // its id is another's
	}
	name, id := e.Tag, ID(e)
	for p := e; id == "" && p != nil; p = p.Parent() {
		if id = ID(p); id != "" {
			name = p.Tag
		}
	}
	f.Element, f.ID = name, id
	v.findings = append(v.findings, f)
	return &v.findings[len(v.findings)-1]
}

// absent adds a finding about something that is missed.
func (v *verifier) absent(severity Severity, e *etree.Element, problem, remedy string) *Finding {
	f := v.add(severity, e, problem, remedy)
	f.Absent = true
	return f
}

// on says which attribute a finding is about, and its value or the id that it
// names.
func (f *Finding) on(name, value string) { f.Name, f.Value = name, value }

func (v *verifier) err(e *etree.Element, problem, remedy string) *Finding {
	return v.add(Error, e, problem, remedy)
}

func (v *verifier) note(e *etree.Element, problem, remedy string) *Finding {
	return v.add(Note, e, problem, remedy)
}

func (v *verifier) warn(e *etree.Element, problem, remedy string) *Finding {
	return v.add(Warning, e, problem, remedy)
}

func quote(s string) string { return strconv.Quote(s) }

func fencingEnabled(d *Document) bool {
	for _, name := range []string{"fencing-enabled", "stonith-enabled"} {
		if value, ok := d.Property(name); ok {
			return !IsFalse(value)
		}
	}
	return true
}

// ids looks for ids that are missing, malformed or given twice.
func (v *verifier) ids() {
	seen := make(map[string]*etree.Element, v.size())
	for e := range Walk(Child(v.doc.Root(), "configuration")) {
		id := DefinedID(e)
		if id == "" {
			if needsID(e) && Attr(e, "id-ref") == "" {
				v.err(e, "<"+e.Tag+"> has no id", "give it one")
			}
			continue
		}
		if first := seen[id]; first != nil {
			v.err(e, "the id is used before, by a <"+first.Tag+">", "give one of them another id")
		} else if id != CleanID(id) {
			v.err(e, "the id is no XML name", "use letters, digits, '.', '_' and '-', for example "+CleanID(id))
		}
		seen[id] = e
	}
}

// size is about how many ids there are.
func (v *verifier) size() int {
	n := 0
	for range Walk(Child(v.doc.Root(), "configuration")) {
		n++
	}
	return n
}

func needsID(e *etree.Element) bool {
	switch e.Tag {
	case "primitive", "group", "clone", "master", "bundle", "template", "rsc_location", "rsc_colocation", "rsc_order", "rsc_ticket",
		"op", "nvpair", "rule", "tag", "acl_role", "fencing-level", "resource_set", InstanceAttributes, MetaAttributes, Utilization, PropertySet:
		return e.Tag != "nvpair" || Attr(e, "name") != ""
	}
	return false
}

// references looks for references to nothing and to the wrong kind of thing.
func (v *verifier) references() {
	for ref := range v.doc.References() {
		to := v.index.Find(ref.To)
		if to == nil {
			v.dangling(ref)
			continue
		}
		wanted, good := v.wants(ref, to)
		if !good {
			v.err(ref.From, ref.Attr+" "+quote(ref.To)+" is a <"+to.Tag+">, "+wanted+" is expected", "name "+wanted).on(ref.Attr, ref.To)
		}
	}
}

func (v *verifier) dangling(ref Reference) {
	remedy := "remove the reference or create " + quote(ref.To)
	if near := v.nearID(ref.To); near != "" {
		remedy = "did you mean " + quote(near) + "?"
	}
	name := ref.Attr
	if ref.From.Tag == "nvpair" && name == "value" {
		name = Attr(ref.From, "name")
	}
	problem := name + " refers to " + quote(ref.To) + ", which does not exist"
	switch ref.From.Tag {
	case "fencing-level", "obj_ref":
		if ref.From.Tag == "obj_ref" && v.nodeKnown(ref.To) {
			return // nodes can be tagged too
		}
		v.absent(Note, ref.From, problem, remedy).on(name, ref.To)
	default:
		v.absent(Error, ref.From, problem, remedy).on(name, ref.To)
	}
}

// nearID looks among resources, templates and tags only: those are typed.
func (v *verifier) nearID(id string) string {
	var ids []string
	for e := range v.doc.AllResources() {
		if len(ids) > 5000 {
			return ""
		}
		ids = append(ids, ID(e))
	}
	for e := range Children(v.doc.Section(Resources), "template") {
		ids = append(ids, ID(e))
	}
	return nearest(id, ids)
}

// wants says what a reference should lead to, and whether it does.
func (v *verifier) wants(ref Reference, to *etree.Element) (wanted string, good bool) {
	switch ref.From.Tag {
	case "rsc_location", "rsc_colocation", "rsc_order", "rsc_ticket", "resource_ref":
		return "a resource, template or tag", IsResource(to) || to.Tag == "template" || to.Tag == "tag"
	case "primitive":
		return "a template", to.Tag == "template"
	case "fencing-level":
		return "a fencing resource", IsResource(to)
	case "role", "role_ref":
		return "an ACL role", to.Tag == "acl_role"
	}
	if ref.Attr == "id-ref" {
		return "a <" + ref.From.Tag + ">", to.Tag == ref.From.Tag
	}
	return "", true
}

func (v *verifier) options() {
	root := v.doc.Root()
	if Child(root, "configuration") == nil {
		v.err(root, "there is no <configuration> in it", "it is no CIB that a cluster can use, begin with an empty one")
	}
	if schema := Attr(root, "validate-with"); strings.EqualFold(schema, "none") {
		v.note(root, "schema validation is switched off (validate-with is none)", "run an upgrade of the configuration's schema")
	}
	known := clusterOptions()
	names := optionNames(known)
	conf := v.doc.Section(CrmConfig)
	for nv := range NVPairs(conf, PropertySet) {
		name, value := Attr(nv, "name"), Attr(nv, "value")
		o, ok := known[strings.ReplaceAll(name, "_", "-")]
		if !ok {
			remedy := "remove it"
			if near := nearest(name, names); near != "" {
				remedy = "did you mean " + near + "?"
			} else if ID(nv.Parent()) != "cib-bootstrap-options" {
				continue // agents keep what is theirs in sets of their own
			}
			v.note(nv, "there is no cluster option "+name, remedy)
			continue
		}
		if want := o.check(value); want != "" {
			severity := Warning
			if o.kind == percent || !decides(name) {
				severity = Note
			}
			v.add(severity, nv, name+" is "+quote(value)+", "+want+" is expected", "correct it; the default is used meanwhile")
		} else {
			v.oldOption(nv, name, value)
		}
		if name == "startup-fencing" && IsFalse(value) && v.fencing {
			v.note(nv, "nodes that were never seen are not fenced (startup-fencing is off)", "set startup-fencing=true to be safe from them")
		}
	}
	v.fencingDevices(conf)
}

// decides tells the cluster options that the policy engine reads; what the
// others are, crm_verify does not look at.
func decides(name string) bool {
	switch name = strings.ReplaceAll(name, "_", "-"); name {
	case "cluster-ipc-limit", "cluster-recheck-interval", "dc-deadtime", "election-timeout", "join-finalization-timeout", "enable-acl",
		"join-integration-timeout", "shutdown-escalation", "transition-delay", "node-action-limit", "fencing-max-attempts",
		"stonith-max-attempts", "fence-reaction", "fencing-reaction", "fence-remote-without-quorum":
		return false
	}
	return true
}

// oldOption tells of options that are going away or have no effect.
func (v *verifier) oldOption(nv *etree.Element, name, value string) {
	value = strings.ToLower(value)
	switch {
	case (name == "stonith-action" || name == "fencing-action") && value == "poweroff":
		v.warn(nv, name+"=poweroff is deprecated", "use off")
	case name == "remove-after-stop" && IsTrue(value):
		v.warn(nv, name+" is deprecated", "remove it")
	case name == "no-quorum-policy" && (value == "suicide" || value == "fence") && !v.fencing:
		v.warn(nv, name+" is "+value+", but fencing is switched off; stop is used", "set stonith-enabled=true or another policy")
	}
}

func (v *verifier) fencingDevices(conf *etree.Element) {
	if !v.fencing || conf == nil || v.doc.Section(Resources) == nil {
		return
	}
	resources := false
	for e := range v.doc.AllResources() {
		if Attr(v.definition(e), "class") == "stonith" {
			return
		}
		resources = true
	}
	if watchdog, _ := v.doc.Property("have-watchdog"); IsTrue(watchdog) {
		return
	}
	severity := Error
	if !resources {
		severity = Warning // nothing needs to be fenced for yet
	}
	v.absent(severity, conf, "fencing is enabled but there is no fencing device, so no resource will be started",
		"configure a device of class stonith, or set stonith-enabled=false if no data are shared").on("stonith-enabled", "")
}

// definition is where class and type of a primitive stand: itself or its
// template.
func (v *verifier) definition(e *etree.Element) *etree.Element {
	if name := Attr(e, "template"); name != "" {
		if t := v.index.Find(name); t != nil && t.Tag == "template" {
			return t
		}
	}
	return e
}

func (v *verifier) nodes() {
	names, ids := map[string]bool{}, map[string]bool{}
	for e := range Children(v.doc.Section(Nodes), "node") {
		name := Attr(e, "uname")
		switch {
		case ID(e) == "":
			v.err(e, "a node has no id", "give it one")
		case ids[ID(e)]:
			v.err(e, "two nodes have the id "+quote(ID(e)), "remove one of them").on("id", ID(e))
		case name != "" && names[strings.ToLower(name)]:
			v.err(e, "two nodes are called "+quote(name), "remove the one that is gone").on("uname", name)
		}
		names[strings.ToLower(name)], ids[ID(e)] = true, true
		switch kind := Attr(e, "type"); kind {
		case "", "member", "normal", "remote":
		case "ping":
			v.warn(e, "nodes of type ping are a thing of the past", "remove it; ocf:pacemaker:ping watches the network").on("type", kind)
		default:
			v.err(e, "node type "+quote(kind)+" is not known", "use member or remote").on("type", kind)
		}
		if s, ok := LookupAttr(e, "score"); ok && !GoodScore(s) {
			v.err(e, "score is "+quote(s)+", "+of(score).check(s)+" is expected", "correct it").on("score", s)
		}
	}
}

// attributeSets looks into every set of name and value pairs.
func (v *verifier) attributeSets() {
	for e := range Walk(Child(v.doc.Root(), "configuration")) {
		switch e.Tag {
		case InstanceAttributes, MetaAttributes, Utilization, PropertySet:
		case "rule":
			v.rule(e)
			continue
		default:
			continue
		}
		if s, ok := LookupAttr(e, "score"); ok && !GoodScore(s) {
			v.err(e, "score is "+quote(s)+", "+of(score).check(s)+" is expected", "correct it").on("score", s)
		}
		seen := map[string]bool{}
		for nv := range pairs(e) {
			name := Attr(nv, "name")
			if name == "" && Attr(nv, "id-ref") == "" {
				v.err(nv, "an nvpair has no name", "give it one")
			}
			if name != "" && seen[name] {
				v.note(nv, quote(name)+" is given twice in one set, the first one counts", "remove one of them")
			}
			seen[name] = true
			if value, ok := LookupAttr(nv, "value"); e.Tag == Utilization && ok && !wholeNumber(value) {
				v.warn(nv, "utilization "+name+" is "+quote(value)+", a whole number is expected", "correct it")
			}
		}
	}
}

func (v *verifier) topology() {
	seen := map[string]bool{}
	for e := range Children(v.doc.Section(FencingTopology), "fencing-level") {
		target := Attr(e, "target") + "/" + Attr(e, "target-pattern") + "/" + Attr(e, "target-attribute") + "=" + Attr(e, "target-value")
		if target == "//=" {
			v.err(e, "a fencing level without a target", "set target, target-pattern or target-attribute")
		}
		index := Attr(e, "index")
		if n, err := strconv.Atoi(index); err != nil || n < 1 || n > 9 {
			v.err(e, "index is "+quote(index)+", a number from 1 to 9 is expected", "correct it").on("index", index)
		}
		if key := target + " " + index; seen[key] {
			v.note(e, "another level has the same target and index", "give it the next index")
		} else {
			seen[key] = true
		}
		if Attr(e, "devices") == "" {
			v.err(e, "a fencing level without devices", "name at least one fencing resource")
		}
		for device := range strings.SplitSeq(Attr(e, "devices"), ",") {
			to := v.index.Find(strings.TrimSpace(device))
			if to != nil && to.Tag == "primitive" && Attr(v.definition(to), "class") != "stonith" {
				v.note(e, quote(ID(to))+" is no fencing resource", "name a resource of class stonith").on("devices", ID(to))
			}
		}
	}
}

func (v *verifier) acls() {
	for e := range Walk(v.doc.Section(ACLs)) {
		switch e.Tag {
		case "acl_permission":
			if want := oneOf("read", "write", "deny").check(Attr(e, "kind")); want != "" {
				v.err(e, "kind is "+quote(Attr(e, "kind"))+", "+want+" is expected", "correct it").on("kind", Attr(e, "kind"))
			}
			n := 0
			for _, name := range []string{"xpath", "reference", "object-type"} {
				if Attr(e, name) != "" {
					n++
				}
			}
			if n != 1 {
				v.err(e, "a permission names its objects "+strconv.Itoa(n)+" times", "set one of xpath, reference and object-type")
			}
		case "acl_target", "acl_group":
			if Child(e, "role") == nil {
				v.note(e, "no role is given to it, so it has no access", "give it a role").on("id", ID(e))
			}
		}
	}
}

func (v *verifier) alerts() {
	for e := range Children(v.doc.Section(Alerts), "alert") {
		if Attr(e, "path") == "" {
			v.err(e, "an alert has no path", "name the program to call")
		}
		for r := range Children(e, "recipient") {
			if Attr(r, "value") == "" {
				v.err(r, "a recipient has no value", "name the recipient")
			}
		}
	}
}
