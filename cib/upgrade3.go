package cib

import (
	"slices"
	"strings"

	"github.com/beevik/etree"
)

// prefix3 begins the ids of sets that the upgrade to series 3 makes, copy3
// those of copies whose original went away.
const (
	prefix3 = "_2TO3_"
	copy3   = "_cibtr-2_"
)

// to3 upgrades from series 1 or 2 to 3.
func (u *upgrader) to3() {
	if u.configuration() == nil {
		return
	}
	u.expand(func(c, _ *etree.Element) {
		outer := ID(c)
		for e := range Walk(c) {
			if e == c {
				e.CreateAttr("id", copy3+outer)
			} else if id := ID(e); id != "" {
				e.CreateAttr("id", "_"+copy3+outer+"__"+id)
			}
		}
	})
	u.options3()
	for _, e := range u.elements("node") {
		if Attr(e, "type") == "normal" {
			e.CreateAttr("type", "member")
		}
	}
	for _, e := range u.elements("rsc_colocation") {
		for _, name := range []string{"score-attribute", "score-attribute-mangle"} {
			if e.RemoveAttr(name) != nil {
				u.note("%s of %s is dropped: it never had an effect", name, ID(e))
			}
		}
	}
	for _, e := range u.elements("primitive", "template", "group", "clone", "master", RscDefaults) {
		u.instance3(e)
		u.meta3(e)
		u.requires3(e)
		u.operations3(e)
	}
	u.restore()
}

// leftovers3 finishes an upgrade that was done halfway elsewhere: sets that
// carry the id of a copy become references where their original is.
func (u *upgrader) leftovers3() {
	for _, set := range u.elements(InstanceAttributes, MetaAttributes, Utilization, PropertySet) {
		id, copied := strings.CutPrefix(ID(set), copy3)
		if !copied {
			continue
		}
		if def := u.doc.Find(id); def != nil && def.Tag == set.Tag && samePairs(def, set) {
			set.Attr, set.Child = nil, nil
			set.CreateAttr("id-ref", id)
		}
	}
}

// samePairs tells whether two sets say the same, ids aside.
func samePairs(a, b *etree.Element) bool {
	x, y := slices.Collect(pairs(a)), slices.Collect(pairs(b))
	return Child(a, "rule") == nil && Child(b, "rule") == nil && slices.EqualFunc(x, y, func(p, q *etree.Element) bool {
		return Attr(p, "name") == Attr(q, "name") && Attr(p, "value") == Attr(q, "value")
	})
}

func hasNoElements(e *etree.Element) bool {
	for range Children(e) {
		return false
	}
	return true
}

// renamed3 are the options that have another name in series 3.
func renamed3(name string) string {
	switch name {
	case "cluster_recheck_interval", "dc_deadtime", "election_timeout", "no_quorum_policy", "remove_after_stop", "shutdown_escalation",
		"startup_fencing", "stonith_action", "stonith_enabled", "stop_orphan_actions", "stop_orphan_resources", "symmetric_cluster":
		return strings.ReplaceAll(name, "_", "-")
	case "transition_idle_timeout", "transition-idle-timeout":
		return "cluster-delay"
	}
	return ""
}

// options3 renames, moves and drops cluster options.
func (u *upgrader) options3() {
	for _, set := range u.elements(PropertySet) {
		had := false
		for _, nv := range slices.Collect(pairs(set)) {
			had = true
			name, value := Attr(nv, "name"), Attr(nv, "value")
			if other := renamed3(name); other != "" {
				nv.CreateAttr("name", other)
				continue
			}
			switch strings.ReplaceAll(name, "_", "-") {
			case "default-action-timeout":
				u.moveDefault(nv, OpDefaults, "timeout", value)
			case "default-resource-stickiness":
				u.moveDefault(nv, RscDefaults, "resource-stickiness", value)
			case "is-managed-default":
				u.moveDefault(nv, RscDefaults, "is-managed", value)
			case "default-resource-failure-stickiness":
				if value == "-INFINITY" {
					u.moveDefault(nv, RscDefaults, "migration-threshold", "1")
					continue
				}
				u.dropPair(nv, "set migration-threshold in rsc_defaults instead")
			case "default-migration-threshold":
				u.dropPair(nv, "set migration-threshold in rsc_defaults instead")
			case "expected-quorum-votes":
				u.dropPair(nv, "the cluster layer counts votes by itself")
			case "notification-agent", "notification-recipient":
				u.dropPair(nv, "configure alerts instead")
			case "cluster-infrastructure":
				switch value {
				case "heartbeat", "openais", "classic openais", "classic openais (with plugin)", "cman":
					u.dropPair(nv, "its value is not of significance")
				}
			}
		}
		if had && hasNoElements(set) {
			Remove(set)
		}
	}
}

func (u *upgrader) dropPair(nv *etree.Element, why string) {
	u.note("%s (%s) is dropped: %s", Attr(nv, "name"), ID(nv), why)
	Remove(nv)
}

// moveDefault turns an option into a resource or operation default, unless
// that is set already.
func (u *upgrader) moveDefault(nv *etree.Element, section, name, value string) {
	Remove(nv)
	if u.isCopy[nv] {
		return
	}
	to := u.doc.MakeSection(section)
	if NV(to, MetaAttributes, name) != nil {
		return
	}
	id := prefix3 + "-" + strings.ReplaceAll(section, "_", "-")
	var set *etree.Element
	for c := range Children(to, MetaAttributes) {
		if ID(c) == id {
			set = c
		}
	}
	if set == nil {
		set = to.CreateElement(MetaAttributes)
		set.CreateAttr("id", id)
	}
	nv.CreateAttr("name", name)
	nv.CreateAttr("value", value)
	set.AddChild(nv)
}

func (u *upgrader) instance3(e *etree.Element) {
	for _, nv := range slices.Collect(NVPairs(e, InstanceAttributes)) {
		name := Attr(nv, "name")
		switch name {
		case "pcmk_list_cmd", "pcmk_monitor_cmd", "pcmk_off_cmd", "pcmk_on_cmd", "pcmk_reboot_cmd", "pcmk_status_cmd", "pcmk_poweroff_cmd":
			nv.CreateAttr("name", strings.TrimSuffix(name, "cmd")+"action")
		case "pcmk_arg_map":
			value, found := strings.CutPrefix(Attr(nv, "value"), "port:")
			if !found || strings.Contains(value, ",") {
				u.dropPair(nv, "use pcmk_host_argument instead")
				continue
			}
			nv.CreateAttr("name", "pcmk_host_argument")
			nv.CreateAttr("value", value)
		}
	}
}

func (u *upgrader) meta3(e *etree.Element) {
	for _, set := range slices.Collect(Children(e, MetaAttributes)) {
		stopped, had := false, false
		for _, nv := range slices.Collect(pairs(set)) {
			had = true
			switch Attr(nv, "name") {
			case "isolation", "isolation-wrapper", "isolation-host", "isolation-instance":
				if stopped {
					Remove(nv)
					continue
				}
				stopped = true
				u.note("%s is stopped: isolation is no longer supported, use a bundle", ID(e))
				nv.CreateAttr("name", "target-role")
				nv.CreateAttr("value", "Stopped")
			case "resource-failure-stickiness", "resource_failure_stickiness":
				if Attr(nv, "value") != "-INFINITY" {
					u.dropPair(nv, "set migration-threshold instead")
					continue
				}
				nv.CreateAttr("name", "migration-threshold")
				nv.CreateAttr("value", "1")
			}
		}
		if had && hasNoElements(set) {
			Remove(set)
		}
	}
}

// requirement is a value of requires found at an operation.
type requirement struct {
	setID, pairID, value string
}

// requires3 moves requires from the start operation (or promote) to the
// resource; at other operations it never had an effect.
func (u *upgrader) requires3(e *etree.Element) {
	found := map[string]*requirement{}
	for ops := range Children(e, "operations") {
		for op := range Children(ops, "op") {
			r := takeRequires(e, op)
			name := Attr(op, "name")
			switch {
			case r == nil:
			case name != "start" && name != "promote":
				u.note("requires of %s is dropped: it counts only for start and promote", ID(op))
			case found[name] == nil:
				found[name] = r
			}
		}
	}
	r := found["start"]
	if r == nil {
		r = found["promote"]
	}
	if r == nil || NV(e, MetaAttributes, "requires") != nil {
		return
	}
	set := e.CreateElement(MetaAttributes)
	set.CreateAttr("id", r.setID)
	nv := set.CreateElement("nvpair")
	nv.CreateAttr("id", r.pairID)
	nv.CreateAttr("name", "requires")
	nv.CreateAttr("value", r.value)
}

// takeRequires removes every requires from an operation and returns the one
// that counted: the attribute, else the first meta, else the first instance
// attribute.
func takeRequires(rsc, op *etree.Element) *requirement {
	var r *requirement
	if a := op.RemoveAttr("requires"); a != nil {
		r = &requirement{prefix3 + ID(rsc) + "-meta", prefix3 + ID(op) + "-meta-requires", a.Value}
	}
	for _, kind := range []string{MetaAttributes, InstanceAttributes} {
		for _, set := range slices.Collect(Children(op, kind)) {
			for _, nv := range slices.Collect(pairs(set)) {
				if Attr(nv, "name") != "requires" {
					continue
				}
				if r == nil {
					r = &requirement{prefix3 + ID(set), ID(nv), Attr(nv, "value")}
				}
				Remove(nv)
				if hasNoElements(set) {
					Remove(set)
				}
			}
		}
	}
	return r
}

// operations3 moves what are properties of operations out of their instance
// attributes, where it was read too. The last one wins.
func (u *upgrader) operations3(e *etree.Element) {
	for ops := range Children(e, "operations") {
		for op := range Children(ops, "op") {
			u.operation3(op)
		}
	}
}

func (u *upgrader) operation3(op *etree.Element) {
	var moved []*etree.Element
	for _, set := range slices.Collect(Children(op, InstanceAttributes)) {
		had := false
		for _, nv := range slices.Collect(pairs(set)) {
			had = true
			name := Attr(nv, "name")
			switch name {
			case "description", "enabled", "interval", "interval-origin", "on-fail", "on_fail", "record-pending", "role", "start-delay", "timeout":
			default:
				continue
			}
			Remove(nv)
			moved = slices.DeleteFunc(moved, func(old *etree.Element) bool { return Attr(old, "name") == name })
			if NV(op, MetaAttributes, name) == nil {
				moved = append(moved, nv)
			}
		}
		if had && hasNoElements(set) {
			Remove(set)
		}
	}
	if len(moved) == 0 {
		return
	}
	set := op.CreateElement(MetaAttributes)
	set.CreateAttr("id", prefix3+ID(op)+"-meta")
	for _, nv := range moved {
		set.AddChild(nv)
	}
}

// accessFrom1 turns the access lists of series 1 into those of series 2:
// users become targets, their own permissions a role of their own.
func (u *upgrader) accessFrom1() {
	acls := u.doc.Section(ACLs)
	for _, user := range slices.Collect(Children(acls, "acl_user")) {
		user.Tag = "acl_target"
		var own []*etree.Element
		for _, c := range slices.Collect(Children(user)) {
			switch c.Tag {
			case "role_ref":
				c.Tag = "role"
			case "read", "write", "deny":
				Remove(c)
				own = append(own, c)
			}
		}
		if len(own) == 0 {
			continue
		}
		role := acls.CreateElement("acl_role")
		role.CreateAttr("id", u.doc.UnusedID("auto-"+CleanID(ID(user))))
		for _, c := range own {
			role.AddChild(c)
		}
		user.CreateElement("role").CreateAttr("id", ID(role))
	}
	for _, c := range u.elements("read", "write", "deny") {
		if p := c.Parent(); p == nil || p.Tag != "acl_role" {
			continue
		}
		c.CreateAttr("kind", c.Tag)
		c.Tag = "acl_permission"
		if a := c.SelectAttr("ref"); a != nil {
			a.Key = "reference"
		}
		if a := c.SelectAttr("tag"); a != nil {
			a.Key = "object-type"
		}
	}
}
