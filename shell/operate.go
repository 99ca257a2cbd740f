package shell

import (
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
)

// Successor is the document that a commit makes of the present one: the
// configuration and schema of next, everything else as it is, with version v.
func Successor(now, next *cib.Document, v cib.Version) *cib.Document {
	out := now.Copy()
	root := out.Root()
	old := out.Configuration()
	at := old.Index()
	root.RemoveChildAt(at)
	root.InsertChildAt(at, cib.CopyElement(next.Configuration()))
	if schema := attr(next.Root(), "validate-with"); schema != "" {
		root.CreateAttr("validate-with", schema)
	}
	out.SetVersion(v)
	return out
}

// OperateOn does to a document's status what a running cluster would do on
// request, as far as that is only a matter of what is written there. The
// version is raised when anything changed.
func OperateOn(doc *cib.Document, op Operation) (string, error) {
	changed, answer := false, ""
	switch op.Verb {
	case "set-attribute":
		old, set := doc.TransientAttribute(op.Node, op.Name)
		if changed = !set || old != op.Value; changed {
			if err := doc.SetTransientAttribute(op.Node, op.Name, op.Value); err != nil {
				return "", err
			}
		}
	case "delete-attribute":
		changed = doc.DeleteTransientAttribute(op.Node, op.Name)
	case "cleanup", "refresh":
		answer, changed = forget(doc, op)
	case "forget-node":
		if st := doc.NodeState(op.Node); st != nil {
			cib.Remove(st)
			changed = true
		}
	default:
		return "", newError(NoCluster, noPos, "%s needs a running cluster, this is a file", op.Verb)
	}
	if changed {
		v := doc.Version()
		v.NumUpdates++
		doc.SetVersion(v)
	}
	return answer, nil
}

// forget removes histories and failure counts: those of failed operations
// (cleanup), or all (refresh).
func forget(doc *cib.Document, op Operation) (answer string, changed bool) {
	var told []string
	for st := range cib.Children(doc.Status(), "node_state") {
		node := attr(st, "uname")
		if op.Node != "" && node != op.Node && attr(st, "id") != op.Node {
			continue
		}
		var gone []*etree.Element
		for r := range cib.Children(cib.Child(cib.Child(st, "lrm"), "lrm_resources"), "lrm_resource") {
			id := attr(r, "id")
			if !concerns(doc, id, op.Resource) || op.Verb == "cleanup" && !hasFailed(doc, r, node) {
				continue
			}
			gone = append(gone, r)
			told = append(told, "Cleaned up "+id+" on "+node)
		}
		for _, r := range gone {
			cib.Remove(r)
		}
		changed = forgetCounts(doc, st, op.Resource) || len(gone) > 0 || changed
	}
	return strings.Join(told, "\n"), changed
}

// concerns tells whether a history belongs to the resource that was named:
// itself, an instance of it, or a member of it.
func concerns(doc *cib.Document, id, want string) bool {
	base, _, _ := strings.Cut(id, ":")
	if want == "" || base == want || id == want {
		return true
	}
	for e := doc.Resource(base); e != nil && cib.IsResource(e); e = e.Parent() {
		if attr(e, "id") == want {
			return true
		}
	}
	return false
}

func hasFailed(doc *cib.Document, r *etree.Element, node string) bool {
	base, _, _ := strings.Cut(attr(r, "id"), ":")
	set := cib.Child(doc.NodeState(node), "transient_attributes")
	for nv := range cib.NVPairs(set, cib.InstanceAttributes) {
		if name := attr(nv, "name"); name == "fail-count-"+base || strings.HasPrefix(name, "fail-count-"+base+"#") {
			return true
		}
	}
	for op := range cib.Children(r, "lrm_rsc_op") {
		rc := attr(op, "rc-code")
		expected := "0"
		if parts := strings.Split(attr(op, "transition-key"), ":"); len(parts) == 4 {
			expected = parts[2]
		}
		if attr(op, "op-status") != "0" && attr(op, "op-status") != "-1" || rc != expected {
			return true
		}
	}
	return false
}

func forgetCounts(doc *cib.Document, st *etree.Element, resource string) bool {
	var names []string
	for nv := range cib.NVPairs(cib.Child(st, "transient_attributes"), cib.InstanceAttributes) {
		name := attr(nv, "name")
		for _, prefix := range []string{"fail-count-", "last-failure-"} {
			rest, ok := strings.CutPrefix(name, prefix)
			if base, _, _ := strings.Cut(rest, "#"); ok && concerns(doc, base, resource) {
				names = append(names, name)
			}
		}
	}
	for _, name := range names {
		doc.DeleteTransientAttribute(attr(st, "uname"), name)
	}
	return len(names) > 0
}
