package engine

import (
	"slices"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine/score"
)

// opElement is a configured operation of a resource.
type opElement struct {
	element *etree.Element
	name    string
	ms      int64 // interval
	role    Role
	badRole bool // the role is no role
	enabled bool
}

// operations are a resource's configured operations in document order. Those
// of its template come last, without those that the resource has itself.
func (r *Resource) operations(c *cluster) []*opElement {
	if r.ops != nil {
		return r.ops
	}
	r.ops = []*opElement{}
	if r.instance > 0 { // all instances have the same
		if first := r.firstInstance(); first != nil && first != r {
			r.ops = first.operations(c)
			return r.ops
		}
	}
	for e := range c.operationElements(r.element) {
		r.ops = append(r.ops, newOpElement(e))
	}
	if r.template == nil {
		return r.ops
	}
	own := map[string]bool{}
	for _, o := range r.ops {
		own[operationKey(o.element)] = true
	}
	for e := range c.operationElements(r.template) {
		if !own[operationKey(e)] {
			r.ops = append(r.ops, newOpElement(e))
		}
	}
	return r.ops
}

// firstInstance is what this is in the first instance of its clone.
func (r *Resource) firstInstance() *Resource {
	top := r.topmost()
	if top.Kind != KindClone {
		return nil
	}
	for _, i := range top.Children {
		if i.instance == 0 {
			return i.memberNamed(r.ConfigID)
		}
	}
	return nil
}

func (c *cluster) operationElements(e *etree.Element) func(yield func(*etree.Element) bool) {
	return func(yield func(*etree.Element) bool) {
		for ops := range cib.Children(e, "operations") {
			for op := range cib.Children(c.resolve(ops), "op") {
				if op = c.resolve(op); op != nil && !yield(op) {
					return
				}
			}
		}
	}
}

// operationKey is what makes an operation of a resource replace one of its
// template.
func operationKey(e *etree.Element) string {
	role, _ := parseRole(cib.Attr(e, "role")) // nonsense counts as none
	if role == RoleStarted || role == RoleUnpromoted {
		role = RoleUnknown
	}
	return cib.Attr(e, "name") + "-" + role.String()
}

func newOpElement(e *etree.Element) *opElement {
	o := &opElement{element: e, name: cib.Attr(e, "name"), enabled: true}
	o.ms, _ = score.Interval(cib.Attr(e, "interval")) // nonsense counts 0
	role, ok := parseRole(cib.Attr(e, "role"))
	o.role, o.badRole = role, !ok
	if v, set := cib.LookupAttr(e, "enabled"); set {
		o.enabled = score.True(v)
	}
	return o
}

// operation finds the configured operation of a name and an interval; for the
// two halves of a migration also one named migrate. Nil when there is none.
func (r *Resource) operation(c *cluster, name string, ms int64) *opElement {
	all := r.operations(c)
	match := func(name string, ms int64) *opElement {
		i := slices.IndexFunc(all, func(o *opElement) bool { return o.name == name && o.ms == ms })
		if i < 0 {
			return nil
		}
		return all[i]
	}
	if op := match(name, ms); op != nil {
		return op
	}
	if strings.HasPrefix(name, "migrate_") {
		return match("migrate", 0)
	}
	return nil
}
