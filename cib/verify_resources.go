package cib

import (
	"strconv"
	"strings"

	"github.com/beevik/etree"
)

// resources looks at every resource and template.
func (v *verifier) resources() {
	for e := range Children(v.doc.Section(Resources)) {
		switch {
		case e.Tag == "template":
			v.primitive(e)
			if Attr(e, "template") != "" {
				v.err(e, "a template cannot be built on a template", "copy what it needs")
			}
		case !IsResource(e):
			v.warn(e, "<"+e.Tag+"> is no kind of resource, it is ignored", "remove it")
		}
	}
	for e := range v.doc.AllResources() {
		switch e.Tag {
		case "primitive":
			v.primitive(e)
		case "group":
			v.group(e)
		case "clone", "master":
			v.clone(e)
		case "bundle":
			v.bundle(e)
		}
		v.metaAttributes(e)
	}
	for e := range Children(v.doc.Section(RscDefaults), MetaAttributes) {
		v.metaSet(e, nil)
	}
	for e := range Children(v.doc.Section(Resources), "template") {
		v.metaAttributes(e)
	}
}

func (v *verifier) primitive(e *etree.Element) {
	if e.Tag == "primitive" && Attr(e, "template") != "" {
		v.operations(e)
		return
	}
	class := Attr(e, "class")
	switch class {
	case "ocf":
		if Attr(e, "provider") == "" {
			v.err(e, "class ocf needs a provider", "set provider, for example heartbeat").on("class", class)
		}
	case "":
		v.err(e, "it has no class", "set class to ocf, systemd, lsb, service or stonith")
	case "lsb", "systemd", "service", "stonith", "heartbeat":
	case "upstart", "nagios":
		v.note(e, "class "+class+" is no longer supported", "replace the agent").on("class", class)
	default:
		remedy := "use ocf, systemd, lsb, service or stonith"
		if near := nearest(class, []string{"ocf", "systemd", "lsb", "service", "stonith"}); near != "" {
			remedy = "did you mean " + near + "?"
		}
		v.err(e, "class "+quote(class)+" is not known", remedy).on("class", class)
	}
	if Attr(e, "type") == "" {
		v.err(e, "it has no type", "name the agent")
	}
	v.operations(e)
}

func (v *verifier) group(e *etree.Element) {
	n := 0
	for c := range Members(e) {
		n++
		if c.Tag != "primitive" {
			v.err(e, "a group holds the "+c.Tag+" "+quote(ID(c)), "only primitives may stand in a group").on("", ID(c))
		}
	}
	if n == 0 {
		v.err(e, "a group without members", "put a primitive into it or remove it")
	}
}

func (v *verifier) clone(e *etree.Element) {
	var inner *etree.Element
	n := 0
	for c := range Members(e) {
		n++
		inner = c
	}
	switch {
	case n == 0:
		v.err(e, "a clone of nothing", "put a primitive or group into it or remove it")
	case n > 1:
		v.err(e, "a clone holds more than one resource", "clone a group of them")
	case inner.Tag != "primitive" && inner.Tag != "group":
		v.err(e, "a clone holds the "+inner.Tag+" "+quote(ID(inner)), "only a primitive or a group can be cloned").on("", ID(inner))
	case v.unique(e):
		for p := range Walk(inner) {
			if class := Attr(v.definition(p), "class"); p.Tag == "primitive" && (class == "lsb" || class == "systemd" || class == "service" || class == "upstart") {
				v.warn(e, "globally-unique is ignored, "+quote(ID(p))+" is of class "+class, "remove globally-unique, or use an ocf agent").on("globally-unique", "")
			}
		}
	}
	if n == 1 && IsPromotable(e) {
		for p := range Walk(inner) {
			if class := Attr(v.definition(p), "class"); p.Tag == "primitive" && class != "ocf" && class != "" {
				v.err(e, quote(ID(p))+" is of class "+class+" and cannot be promoted", "use an ocf agent or a clone that is not promotable").on("", ID(p))
			}
		}
	}
}

func (v *verifier) bundle(e *etree.Element) {
	var container *etree.Element
	for c := range Children(e, "docker", "podman", "rkt") {
		container = c
	}
	switch {
	case container == nil:
		v.err(e, "a bundle without a container", "add podman or docker")
		return
	case Attr(container, "image") == "":
		v.err(e, "the container has no image", "name one")
	case container.Tag == "rkt":
		v.note(e, "rkt containers are no longer supported", "use podman or docker").on("", "rkt")
	}
	network := Child(e, "network")
	if Child(e, "primitive") != nil && Attr(network, "ip-range-start") == "" && Attr(network, "control-port") == "" {
		v.err(e, "the resource inside cannot be reached", "give the bundle's network an ip-range-start or a control-port")
	}
}

// metaAttributes checks the meta attributes of one resource.
func (v *verifier) metaAttributes(e *etree.Element) {
	for set := range Children(e, MetaAttributes) {
		v.metaSet(set, e)
	}
}

func (v *verifier) metaSet(set, rsc *etree.Element) {
	for nv := range pairs(set) {
		name, value := Attr(nv, "name"), Attr(nv, "value")
		if strings.EqualFold(value, "#default") || value == "default" {
			continue
		}
		want := v.meta[name].check(value)
		switch {
		case want == "":
			v.metaMeaning(nv, rsc)
		case name == "priority" && wholeNumber(strings.Replace(value, ".", "", 1)):
			v.note(nv, "priority is "+quote(value)+", what is behind the point is ignored", "use a whole number")
		case v.meta[name].kind == choice:
			v.err(nv, name+" is "+quote(value)+", "+want+" is expected", "correct it")
		default:
			v.note(nv, name+" is "+quote(value)+", "+want+" is expected", "correct it")
		}
	}
}

// metaMeaning looks at a meta attribute whose value is a good one.
func (v *verifier) metaMeaning(nv, rsc *etree.Element) {
	name, value := Attr(nv, "name"), Attr(nv, "value")
	switch name {
	case "target-role":
		if rsc == nil || rsc.Tag == "template" || !roleNeedsPromotable(value) {
			return
		}
		if outer := Outermost(rsc); !IsPromotable(outer) && outer.Tag != "bundle" {
			v.err(nv, "target-role is "+value+", but "+quote(ID(rsc))+" is not promotable", "use Started or Stopped, or make a promotable clone of it")
		}
	case "requires":
		if (strings.EqualFold(value, "fencing") || strings.EqualFold(value, "unfencing")) && !v.fencing {
			v.warn(nv, "requires is "+value+", but fencing is switched off", "set stonith-enabled=true or requires=quorum")
		}
	case "ordered", "collocated":
		if IsFalse(value) && v.forGroup(rsc) {
			v.warn(nv, name+" of groups is deprecated", "use a resource set in a constraint instead of the group")
		}
	case "clone-node-max":
		if rsc != nil && (rsc.Tag == "clone" || rsc.Tag == "master") && wholeNumber(value) && len(strings.TrimLeft(value, "+0")) > 0 && value != "1" && !v.unique(rsc) {
			v.warn(nv, "clone-node-max is "+value+", but an anonymous clone has one instance on a node", "set globally-unique=true, or clone-node-max=1")
		}
	}
}

// forGroup tells whether a meta attribute of a resource, or of the defaults
// (nil), is one of a group too.
func (v *verifier) forGroup(rsc *etree.Element) bool {
	switch {
	case rsc == nil:
		for e := range v.doc.AllResources() {
			if e.Tag == "group" {
				return true
			}
		}
		return false
	case rsc.Tag == "clone" || rsc.Tag == "master":
		return Child(rsc, "group") != nil
	}
	return rsc.Tag == "group"
}

// unique tells whether the instances of a clone are told apart.
func (v *verifier) unique(clone *etree.Element) bool {
	value, _ := NVValue(clone, MetaAttributes, "globally-unique")
	return IsTrue(value)
}

func roleNeedsPromotable(role string) bool {
	switch strings.ToLower(role) {
	case "promoted", "master", "unpromoted", "slave":
		return true
	}
	return false
}

// operations checks the operations of a primitive or template.
func (v *verifier) operations(e *etree.Element) {
	seen := map[string]*etree.Element{}
	for ops := range Children(e, "operations") {
		for op := range Children(ops, "op") {
			v.operation(op)
			every := spanKey(Attr(op, "interval"))
			key := Attr(op, "name") + " " + every
			if first := seen[key]; first != nil {
				severity := Warning
				if every == "0" {
					severity = Note
				}
				v.add(severity, op, "it is the same as "+quote(ID(first))+": "+Attr(op, "name")+" with the same interval",
					"change the interval of one of them (roles do not tell them apart)").on("interval", Attr(op, "interval"))
				continue
			}
			seen[key] = op
		}
	}
}

// SameTime tells whether two intervals or timeouts mean the same: 10, 10s and
// PT10S.
func SameTime(a, b string) bool { return spanKey(a) == spanKey(b) }

// spanKey makes 10, 10s, 10000ms and PT10S the same.
func spanKey(s string) string {
	if ms, ok := milliseconds(s); ok {
		return strconv.FormatInt(ms, 10)
	}
	return strings.ToLower(strings.TrimSpace(s))
}

func (v *verifier) operation(op *etree.Element) {
	name := Attr(op, "name")
	if name == "" {
		v.err(op, "an operation has no name", "give it one, for example monitor")
	}
	for i := range op.Attr {
		v.operationValue(op, op.Attr[i].Key, op.Attr[i].Value)
	}
	for nv := range NVPairs(op, MetaAttributes) {
		v.operationValue(op, Attr(nv, "name"), Attr(nv, "value"))
	}
	if interval := Attr(op, "interval"); GoodDuration(interval) && !zeroDuration(interval) {
		switch name {
		case "start", "stop", "promote", "demote", "migrate_to", "migrate_from":
			v.warn(op, name+" has the interval "+interval+", so it is ignored", "set interval to 0").on("interval", interval)
		}
	}
}

func (v *verifier) operationValue(op *etree.Element, name, value string) {
	if want := v.ops[name].check(value); want != "" {
		severity := Error
		if v.ops[name].kind == duration {
			severity = Note // a default is taken
		}
		v.add(severity, op, name+" is "+quote(value)+", "+want+" is expected", "correct it").on(name, value)
		return
	}
	if name != "on-fail" {
		return
	}
	operation := Attr(op, "name")
	switch strings.ToLower(value) {
	case "fence":
		if !v.fencing {
			v.warn(op, "on-fail is fence, but fencing is switched off", "set stonith-enabled=true or another on-fail").on(name, value)
		}
	case "standby", "stop", "restart":
		if operation == "stop" {
			v.err(op, "on-fail="+value+" is not allowed for stop", "use fence, block or ignore").on(name, value)
		}
	case "demote":
		recurring := operation == "monitor" && !zeroDuration(Attr(op, "interval"))
		role := strings.ToLower(Attr(op, "role"))
		if operation != "promote" && !(recurring && (role == "promoted" || role == "master")) {
			v.err(op, "on-fail=demote is only for promote and for monitors of the promoted role", "use another on-fail").on(name, value)
		}
	}
}
