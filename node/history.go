package node

import (
	"crypto/md5"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"crm/engine/graph"
)

// ResourceHistory is what happened to one resource on one member
// (lrm_resource): the agent, and the newest result of each kind.
type ResourceHistory struct {
	ID, Class, Provider, Type string
	Entries                   []Entry

	// shown are the attributes of the resource, then those of each entry, as
	// the CIB shows them; nil until asked for. Every decision asks for all of them, and few have changed
	// since the one before; nobody writes into them.
	shown [][]etree.Attr
}

// Entry is the result of one operation (lrm_rsc_op).
type Entry struct {
	ID            string
	OperationKey  string
	Operation     string
	TransitionKey string
	ExitReason    string
	OnNode        string
	CallID        int
	RC            int
	Status        OpStatus
	Interval      int64 // milliseconds
	LastRCChange  int64 // Unix seconds
	ExecTime      int64 // milliseconds
	QueueTime     int64
	MigrateSource string `json:",omitempty"`
	MigrateTarget string `json:",omitempty"`
	Digest        string
	ForceRestart  *string `json:",omitempty"` // list and digest of what needs a restart
	RestartDigest string  `json:",omitempty"`
	SecureParams  *string `json:",omitempty"`
	SecureDigest  string  `json:",omitempty"`
}

// pendingRC is the exit code of an operation that has not ended.
const pendingRC = 193

func (e *Entry) pending() bool { return e.Status == OpPending }

// historyWriter writes histories below the node_states. All of them are written
// for every decision, tens of thousands of results, so the elements come from a
// few large blocks.
type historyWriter struct {
	elements []etree.Element
	tokens   []etree.Token
}

// element adds an element with so many children to come.
func (w *historyWriter) element(parent *etree.Element, tag string, children int) *etree.Element {
	if len(w.elements) == 0 {
		w.elements = make([]etree.Element, 256)
	}
	if len(w.tokens) < children {
		w.tokens = make([]etree.Token, max(children, 256))
	}
	e := &w.elements[0]
	w.elements = w.elements[1:]
	e.Tag = tag
	e.Child, w.tokens = w.tokens[:0:children], w.tokens[children:]
	parent.AddChild(e)
	return e
}

// attrs are the entry's attributes as the CIB holds them.
func (e *Entry) attrs() []etree.Attr {
	status, rc := strconv.Itoa(int(e.Status)), strconv.Itoa(e.RC)
	all := [23]etree.Attr{
		{Key: "id", Value: e.ID},
		{Key: "operation_key", Value: e.OperationKey},
		{Key: "operation", Value: e.Operation},
		{Key: "crm-debug-origin", Value: "crm"},
		{Key: "crm_feature_set", Value: graph.FeatureSet},
		{Key: "transition-key", Value: e.TransitionKey},
		{Key: "transition-magic", Value: status + ":" + rc + ";" + e.TransitionKey},
		{Key: "exit-reason", Value: e.ExitReason},
		{Key: "on_node", Value: e.OnNode},
		{Key: "call-id", Value: strconv.Itoa(e.CallID)},
		{Key: "rc-code", Value: rc},
		{Key: "op-status", Value: status},
		{Key: "interval", Value: strconv.FormatInt(e.Interval, 10)},
		{Key: "last-rc-change", Value: strconv.FormatInt(e.LastRCChange, 10)},
		{Key: "exec-time", Value: strconv.FormatInt(e.ExecTime, 10)},
		{Key: "queue-time", Value: strconv.FormatInt(e.QueueTime, 10)},
	}
	list := all[:16]
	if e.MigrateSource != "" {
		list = append(list, etree.Attr{Key: "migrate_source", Value: e.MigrateSource}, etree.Attr{Key: "migrate_target", Value: e.MigrateTarget})
	}
	list = append(list, etree.Attr{Key: "op-digest", Value: e.Digest})
	if e.ForceRestart != nil {
		list = append(list, etree.Attr{Key: "op-force-restart", Value: *e.ForceRestart}, etree.Attr{Key: "op-restart-digest", Value: e.RestartDigest})
	}
	if e.SecureParams != nil {
		list = append(list, etree.Attr{Key: "op-secure-params", Value: *e.SecureParams}, etree.Attr{Key: "op-secure-digest", Value: e.SecureDigest})
	}
	return slices.Clip(slices.Clone(list))
}

// history is all that happened on one member, by resource.
type history map[string]*ResourceHistory

func (h history) sorted() []string { return slices.Sorted(maps.Keys(h)) }

// list is the history for a message.
func (h history) list() []ResourceHistory {
	all := make([]ResourceHistory, 0, len(h))
	for _, id := range h.sorted() {
		r := *h[id]
		r.Entries = slices.Clone(r.Entries)
		all = append(all, r)
	}
	return all
}

func newHistory(list []ResourceHistory) history {
	h := make(history, len(list))
	for _, r := range list {
		r.Entries = slices.Clone(r.Entries)
		h[r.ID] = &r
	}
	return h
}

// put takes the entries of r in, each in place of the one with its id.
func (h history) put(r *ResourceHistory) {
	mine := h[r.ID]
	if mine == nil {
		mine = &ResourceHistory{ID: r.ID}
		h[r.ID] = mine
	}
	mine.Class, mine.Provider, mine.Type = r.Class, r.Provider, r.Type
	mine.shown = nil
	for _, e := range r.Entries {
		if i := slices.IndexFunc(mine.Entries, func(x Entry) bool { return x.ID == e.ID }); i >= 0 {
			mine.Entries[i] = e
		} else {
			mine.Entries = append(mine.Entries, e)
		}
	}
}

// drop removes entries by id.
func (h history) drop(resource string, ids ...string) {
	if r := h[resource]; r != nil {
		r.shown = nil
		r.Entries = slices.DeleteFunc(r.Entries, func(e Entry) bool { return slices.Contains(ids, e.ID) })
	}
}

// dropPending removes what an order left as pending.
func (h history) dropPending(resource, key string) {
	if r := h[resource]; r != nil {
		r.shown = nil
		r.Entries = slices.DeleteFunc(r.Entries, func(e Entry) bool { return e.pending() && e.TransitionKey == key })
	}
}

// history writes a member's history below its node_state.
func (w *historyWriter) history(state *etree.Element, nodeID string, h history) {
	lrm := state.CreateElement("lrm")
	lrm.CreateAttr("id", nodeID)
	resources := lrm.CreateElement("lrm_resources")
	resources.Child = make([]etree.Token, 0, len(h))
	for _, id := range h.sorted() {
		r := h[id]
		if r.shown == nil {
			r.show()
		}
		e := w.element(resources, "lrm_resource", len(r.Entries))
		e.Attr = r.shown[0]
		for _, attrs := range r.shown[1:] {
			w.element(e, "lrm_rsc_op", 0).Attr = attrs
		}
	}
}

// show makes the attributes that the CIB shows: those of the resource, then
// those of each entry.
func (r *ResourceHistory) show() {
	own := []etree.Attr{{Key: "id", Value: r.ID}, {Key: "class", Value: r.Class}, {Key: "provider", Value: r.Provider},
		{Key: "type", Value: r.Type}}
	if r.Provider == "" {
		own = slices.Clip(slices.Delete(own, 2, 3))
	}
	r.shown = append(make([][]etree.Attr, 0, 1+len(r.Entries)), own)
	for i := range r.Entries {
		r.shown = append(r.shown, r.Entries[i].attrs())
	}
}

// opKey is the name of an operation: resource, operation, milliseconds.
func opKey(resource, operation string, interval int64) string {
	return resource + "_" + operation + "_" + strconv.FormatInt(interval, 10)
}

// pendingEntry is the history of an order that was given.
func pendingEntry(a *graph.Action, key, node string, now int64) *ResourceHistory {
	r := historyOf(a)
	interval := metaNumber(a, "interval")
	e := Entry{ID: opKey(r.ID, "last", 0), OperationKey: a.Key, Operation: a.Operation, TransitionKey: key, OnNode: node,
		CallID: -1, RC: pendingRC, Status: OpPending, Interval: interval, LastRCChange: now,
		MigrateSource: a.Attr("CRM_meta_migrate_source"), MigrateTarget: a.Attr("CRM_meta_migrate_target")}
	if interval > 0 || isMigration(a.Operation) {
		e.ID = opKey(r.ID, a.Operation, interval)
	}
	// An entry without its digest would look like one of other parameters, and
	// a decision made meanwhile would restart what is being started.
	e.describe(a, nil)
	r.Entries = []Entry{e}
	return r
}

func isMigration(operation string) bool {
	return operation == "migrate_to" || operation == "migrate_from"
}

func historyOf(a *graph.Action) *ResourceHistory {
	return &ResourceHistory{ID: a.Resource.ID, Class: a.Resource.Class, Provider: a.Resource.Provider, Type: a.Resource.Type}
}

// keepsHistory tells whether results of an operation go into the CIB.
func keepsHistory(operation string) bool {
	switch operation {
	case "cancel", "delete", "notify", "meta-data":
		return false
	}
	return true
}

func metaNumber(a *graph.Action, name string) int64 {
	n, err := strconv.ParseInt(a.Attr("CRM_meta_"+name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// notParameters are attributes of an action that are not the agent's.
func notParameter(name string) bool {
	switch name {
	case "id", "crm_feature_set", "op-digest", "on_node", "on_node_uuid", "pcmk_external_ip":
		return true
	}
	return strings.HasPrefix(name, "CRM_meta_")
}

// digestParams are the parameters that an operation's digest covers.
func digestParams(a *graph.Action) []graph.Attr {
	recurring := metaNumber(a, "interval") > 0
	var params []graph.Attr
	for _, at := range a.Attrs {
		if !notParameter(at.Name) || recurring && at.Name == "CRM_meta_timeout" {
			params = append(params, at)
		}
	}
	slices.SortFunc(params, func(x, y graph.Attr) int { return strings.Compare(x.Name, y.Name) })
	return params
}

var digestEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;",
	"\t", "&#9;", "\n", "&#10;", "\r", "&#13;")

// paramsDigest is the MD5 sum of the parameters as an XML element, with a
// blank before and a newline behind, as Pacemaker has always written it.
func paramsDigest(params []graph.Attr, keep func(name string) bool) string {
	var b strings.Builder
	b.WriteString(" <parameters")
	for _, p := range params {
		if keep == nil || keep(p.Name) {
			b.WriteString(" " + p.Name + `="` + digestEscape.Replace(p.Value) + `"`)
		}
	}
	b.WriteString("/>\n")
	return digest([]byte(b.String()))
}

func digest(text []byte) string {
	sum := md5.Sum(text)
	return hex.EncodeToString(sum[:])
}

// describe adds the digests to an entry.
func (e *Entry) describe(a *graph.Action, facts *AgentFacts) {
	params := digestParams(a)
	e.Digest = paramsDigest(params, nil)
	if facts == nil {
		return
	}
	padded := func(names []string) string {
		if len(names) == 0 {
			return ""
		}
		return " " + strings.Join(names, " ") + " "
	}
	if facts.Reload != ReloadNone && e.Interval == 0 && e.Operation != "stop" {
		list := padded(facts.Restart)
		e.ForceRestart = &list
		e.RestartDigest = paramsDigest(params, func(n string) bool { return slices.Contains(facts.Restart, n) })
	}
	if len(facts.Private) > 0 {
		list := padded(facts.Private)
		e.SecureParams = &list
		e.SecureDigest = paramsDigest(params, func(n string) bool { return !slices.Contains(facts.Private, n) })
	}
}

// sameResult tells whether an exit code is the expected one; "degraded" codes
// count as their healthy ones.
func sameResult(rc, target int) bool {
	switch rc {
	case 190:
		rc = 0
	case 191:
		rc = 8
	}
	return rc == target
}
