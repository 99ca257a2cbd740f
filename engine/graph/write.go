package graph

import (
	"strconv"
)

// XML is the transition in Pacemaker's transition_graph form, two blanks per
// level.
func (t *Transition) XML() []byte {
	w := writer{out: make([]byte, 0, 256+1024*len(t.Synapses))}
	w.open(0, "transition_graph")
	w.attr("cluster-delay", t.ClusterDelay)
	w.attr("fencing-timeout", t.FencingTimeout)
	w.attr("failed-stop-offset", t.FailedStopOffset)
	w.attr("failed-start-offset", t.FailedStartOffset)
	w.attr("batch-limit", t.BatchLimit)
	w.attr("transition_id", strconv.Itoa(t.ID))
	w.optional("migration-limit", t.MigrationLimit)
	if t.RecheckBy != 0 {
		w.attr("recheck-by", strconv.FormatInt(t.RecheckBy, 10))
	}
	if len(t.Synapses) == 0 {
		w.text("/>\n")
		return w.out
	}
	w.text(">\n")
	for _, s := range t.Synapses {
		w.synapse(s)
	}
	w.text("</transition_graph>\n")
	return w.out
}

type writer struct{ out []byte }

const blanks = "                "

func (w *writer) text(s string) { w.out = append(w.out, s...) }

func (w *writer) open(depth int, tag string) {
	w.text(blanks[:2*depth])
	w.text("<")
	w.text(tag)
}

func (w *writer) attr(name, value string) {
	w.text(" ")
	w.text(name)
	w.text(`="`)
	w.value(value)
	w.text(`"`)
}

func (w *writer) optional(name, value string) {
	if value != "" {
		w.attr(name, value)
	}
}

// value writes an attribute's value with what XML does not allow in it
// replaced.
func (w *writer) value(s string) {
	from := 0
	for i := range len(s) {
		entity := ""
		switch s[i] {
		case '&':
			entity = "&amp;"
		case '<':
			entity = "&lt;"
		case '>':
			entity = "&gt;"
		case '"':
			entity = "&quot;"
		case '\n':
			entity = "&#10;"
		case '\t':
			entity = "&#9;"
		case '\r':
			entity = "&#13;"
		default:
			continue
		}
		w.text(s[from:i])
		w.text(entity)
		from = i + 1
	}
	w.text(s[from:])
}

func (w *writer) synapse(s *Synapse) {
	w.open(1, "synapse")
	w.attr("id", strconv.Itoa(s.ID))
	if s.Priority > 0 {
		w.attr("priority", strconv.Itoa(s.Priority))
	}
	w.text(">\n    <action_set>\n")
	w.action(s.Action)
	w.text("    </action_set>\n")
	if len(s.Inputs) == 0 {
		w.text("    <inputs/>\n")
	} else {
		w.text("    <inputs>\n")
		for _, in := range s.Inputs {
			w.text("      <trigger>\n")
			w.event(4, in)
			w.text("/>\n      </trigger>\n")
		}
		w.text("    </inputs>\n")
	}
	w.text("  </synapse>\n")
}

// event writes the element of an action up to, not including, its closing.
func (w *writer) event(depth int, a *Action) {
	w.open(depth, a.Kind.element())
	w.optional("mode", a.Mode)
	w.attr("id", strconv.Itoa(a.ID))
	w.attr("operation", a.Operation)
	w.attr("operation_key", a.Key)
	w.optional("internal_operation_key", a.InternalKey)
	w.optional("on_node", a.Node)
	w.optional("on_node_uuid", a.NodeUUID)
	w.optional("router_node", a.Router)
}

func (w *writer) action(a *Action) {
	w.event(3, a)
	w.optional("shutdown-lock", a.ShutdownLock)
	w.text(">\n")
	if r := a.Resource; r != nil {
		w.open(4, "primitive")
		w.attr("id", r.ID)
		w.optional("long-id", r.LongID)
		w.optional("class", r.Class)
		w.optional("provider", r.Provider)
		w.optional("type", r.Type)
		w.text("/>\n")
	}
	w.attributes(a)
	w.downed(a)
	w.text("      </")
	w.text(a.Kind.element())
	w.text(">\n")
}

func (w *writer) attributes(a *Action) {
	w.open(4, "attributes")
	for _, at := range a.Attrs {
		w.attr(at.Name, at.Value)
	}
	if len(a.Params) == 0 {
		w.text("/>\n")
		return
	}
	w.text(">\n")
	for _, p := range a.Params {
		w.open(5, "param")
		w.attr("name", p.Name)
		w.attr("value", p.Value)
		w.text("/>\n")
	}
	w.text("        </attributes>\n")
}

func (w *writer) downed(a *Action) {
	if len(a.Downed) > 0 {
		w.text("        <downed>\n")
		for _, id := range a.Downed {
			w.open(5, "node")
			w.attr("id", id)
			w.text("/>\n")
		}
		w.text("        </downed>\n")
	}
	if len(a.Maintenance) > 0 {
		w.text("        <maintenance>\n")
		for _, m := range a.Maintenance {
			w.open(5, "node")
			w.attr("id", m.Name)
			w.attr("node-in-maintenance", m.Value)
			w.text("/>\n")
		}
		w.text("        </maintenance>\n")
	}
}
