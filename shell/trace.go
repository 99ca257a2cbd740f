package shell

import (
	"cmp"
	"context"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
)

// tracedOps reads "<rsc> [<op>] [<interval>]": "probe" is monitor with
// interval 0.
func (c *Call) tracedOps() (op, interval string) {
	if len(c.Args) > 1 {
		op = c.Args[1]
	}
	if len(c.Args) > 2 {
		interval = c.Args[2]
	}
	if op == "probe" {
		return "monitor", "0"
	}
	return op, interval
}

// runTrace gives operations the instance attribute trace_ra=1, which the
// shell library of the agents obeys; operations that are not written down are
// added.
func runTrace(ctx context.Context, c *Call) error {
	op, interval := c.tracedOps()
	told := ""
	err := c.change(ctx, c.line.Text, func(doc *cib.Document) (bool, error) {
		e := doc.Resource(c.Args[0])
		if e == nil || e.Tag != "primitive" {
			return false, noResource(doc, c.Args[0])
		}
		want := []string{op}
		if op == "" {
			want = []string{"start", "stop"}
		}
		for _, name := range want {
			if len(operationsOf(e, name, interval)) == 0 && (name == "start" || name == "stop" || interval == "0") {
				addOperation(doc, e, name, "0", "")
			}
		}
		changed := false
		for _, o := range operationsOf(e, op, interval) {
			if v, _ := cib.NVValue(o, cib.InstanceAttributes, "trace_ra"); v == "1" {
				continue
			}
			doc.SetNV(o, cib.InstanceAttributes, attr(o, "id")+"-instance_attributes", "trace_ra", "1")
			changed = true
		}
		switch traced := operationsOf(e, op, interval); {
		case len(traced) == 0:
			return false, absentf("%s has no operation %s", c.Args[0], strings.TrimSpace(op+" "+interval))
		case changed:
			told = "Trace set, restart " + c.Args[0] + " to trace the " + cmp.Or(op, "start and stop") + " operation"
		default:
			told = c.Args[0] + ": that is traced already"
		}
		return changed, nil
	})
	if err == nil {
		c.Info("%s", told)
	}
	return err
}

func runUntrace(ctx context.Context, c *Call) error {
	op, interval := c.tracedOps()
	return c.change(ctx, c.line.Text, func(doc *cib.Document) (bool, error) {
		e := doc.Resource(c.Args[0])
		if e == nil || e.Tag != "primitive" {
			return false, noResource(doc, c.Args[0])
		}
		changed := false
		for _, o := range operationsOf(e, op, interval) {
			changed = deleteValue(o, cib.InstanceAttributes, "trace_ra") || changed
			if len(o.ChildElements()) == 0 && attr(o, "interval") == "0" && attr(o, "timeout") == "" {
				cib.Remove(o)
			}
		}
		if ops := cib.Child(e, "operations"); ops != nil && len(ops.ChildElements()) == 0 && attr(ops, "id") == "" {
			cib.Remove(ops)
		}
		if !changed {
			c.Info("%s", strings.TrimSpace(c.Args[0]+" has no traced operation "+op))
		}
		return changed, nil
	})
}

// operationsOf lists the operations of a primitive; "" means any.
func operationsOf(e *etree.Element, name, interval string) []*etree.Element {
	// Two operations of one name differ by interval, written in any unit.
	var list []*etree.Element
	for o := range cib.Children(cib.Child(e, "operations"), "op") {
		if (name == "" || attr(o, "name") == name) && (interval == "" || sameInterval(attr(o, "interval"), interval)) {
			list = append(list, o)
		}
	}
	return list
}

func sameInterval(a, b string) bool { return a == b || a == b+"s" || a+"s" == b || a == "" && b == "0" }

func addOperation(doc *cib.Document, e *etree.Element, name, interval, timeout string) {
	ops := cib.Child(e, "operations")
	if ops == nil {
		ops = e.CreateElement("operations")
	}
	o := ops.CreateElement("op")
	o.CreateAttr("name", name)
	if timeout != "" {
		o.CreateAttr("timeout", timeout)
	}
	o.CreateAttr("interval", interval)
	o.CreateAttr("id", doc.UnusedID(attr(e, "id")+"-"+name+"-"+interval))
}
