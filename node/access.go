package node

import (
	"fmt"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
)

// Permitted is what becomes of a request of somebody whom access lists concern
// (cib.Unrestricted), at the member here. The error is a *cib.Denied when the
// lists do not let it: then nothing must be asked. full is the newest CIB.
//
// A request that is no change of configuration needs what it would change in
// the CIB: an attribute its place in the status, a cleanup the history it
// deletes, standby the node, a shutdown or the word that a node is down the
// state of that node.
func Permitted(full *cib.Document, who cib.Subject, req Request, here string) (Request, error) {
	switch req.Verb {
	case VerbRead, VerbWait, VerbMembers:
		return req, nil
	case VerbCommit:
		return permittedCommit(full, who, req)
	case VerbStandby:
		return req, mayEdit(full, who, req, func(d *cib.Document) error {
			return setNodeAttribute(d, req.Node, "standby", standbyValue(req.Value))
		})
	case VerbAttribute:
		return req, mayEdit(full, who, req, func(d *cib.Document) error {
			if req.Delete || req.Value == "" {
				d.DeleteTransientAttribute(req.Node, req.Name)
				return nil
			}
			return d.SetTransientAttribute(req.Node, req.Name, req.Value)
		})
	case VerbCleanup, VerbRefresh:
		return req, cib.MayWrite(full, who, "clean up", cleanedUp(full, req.Resource, req.Node)...)
	case VerbFence:
		return req, cib.MayWrite(full, who, "fence", stateOf(full, req.Node))
	case VerbConfirm:
		return req, cib.MayWrite(full, who, "confirm the end of", stateOf(full, req.Node))
	case VerbShutdown:
		return req, cib.MayWrite(full, who, "stop the member of", stateOf(full, here))
	case VerbForgetFenceEvents:
		return req, cib.MayWrite(full, who, "forget the fencings of", full.Status())
	case VerbForget:
		return req, cib.MayWrite(full, who, "forget the conflicts of", full.Configuration())
	}
	return req, &cib.Denied{User: who.User, Doing: "ask for", Path: string(req.Verb), Needs: "write"}
}

// permittedCommit turns what the subject made of its part into the whole. Made
// of an older configuration it cannot be told apart; it may have been carried
// out before, though, and its answer lost: then the log knows. A base that no
// configuration has gets that answer, or the conflict.
func permittedCommit(full *cib.Document, who cib.Subject, req Request) (Request, error) {
	now := full.Version()
	if req.Base.AdminEpoch != now.AdminEpoch || req.Base.Epoch != now.Epoch {
		req.Base, req.CIB = cib.Version{AdminEpoch: -1}, full.Bytes()
		return req, nil
	}
	next, err := cib.Parse(req.CIB)
	if err != nil {
		return req, err
	}
	if next, err = cib.Proposed(full, next, who); err != nil {
		return req, err
	}
	req.CIB = next.Bytes()
	return req, nil
}

// mayEdit checks a change that the cluster makes itself. Of one that makes no
// sense the cluster says why; it changes nothing.
func mayEdit(full *cib.Document, who cib.Subject, req Request, edit func(*cib.Document) error) error {
	next := full.Copy()
	if err := edit(next); err != nil {
		return cib.MayWrite(full, who, fmt.Sprintf("set %s of node %s below", req.Verb, req.Node), full.Root())
	}
	return cib.MayChange(full, next, who)
}

// cleanedUp are the elements that a cleanup of a resource on a node would take
// away; the whole status when there is none, because there may be at once.
func cleanedUp(full *cib.Document, resource, node string) []*etree.Element {
	wanted := primitivesOf(full, resource)
	var list []*etree.Element
	for state := range cib.Children(full.Status(), "node_state") {
		if node != "" && !strings.EqualFold(cib.Attr(state, "uname"), node) {
			continue
		}
		for e := range cib.Walk(state) {
			id := cib.ID(e)
			if e.Tag == "nvpair" {
				id = failureOf(cib.Attr(e, "name"))
			} else if e.Tag != "lrm_resource" {
				continue
			}
			base, _, _ := strings.Cut(id, ":")
			if id != "" && (resource == "" || id == resource || wanted[id] || wanted[base]) {
				list = append(list, e)
			}
		}
	}
	if list == nil {
		list = append(list, full.Status())
	}
	return list
}

// failureOf is the resource whose failures an attribute counts or dates.
func failureOf(attribute string) string {
	for _, prefix := range []string{"fail-count-", "last-failure-"} {
		if rest, is := strings.CutPrefix(attribute, prefix); is {
			resource, _, _ := strings.Cut(rest, "#")
			return resource
		}
	}
	return ""
}

// stateOf is the state of a node, or the whole status when it has none.
func stateOf(full *cib.Document, node string) *etree.Element {
	if e := full.NodeState(node); e != nil {
		return e
	}
	return full.Status()
}
