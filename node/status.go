package node

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine/graph"
	"crm/engine/score"
)

// view is the CIB as readers and the policy engine see it: the replicated
// configuration and the status as this DC knows it.
func (m *Machine) view() *cib.Document {
	doc := m.log.reg.doc.Copy()
	root := doc.Root()
	v := m.log.reg.version
	v.NumUpdates = m.updates
	doc.SetVersion(v)
	cib.SetAttr(root, "crm_feature_set", graph.FeatureSet)
	cib.SetAttr(root, "have-quorum", boolText(m.dc != nil && m.dc.quorum))
	if m.dc != nil {
		cib.SetAttr(root, "dc-uuid", m.nodeID(m.cfg.Name))
	}
	status := doc.Status()
	var w historyWriter
	for _, name := range sortedKeys(m.table) {
		m.nodeState(status, m.table[name], &w)
	}
	return doc
}

func boolText(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// nodeState writes what is known of a node.
func (m *Machine) nodeState(status *etree.Element, f *NodeFact, w *historyWriter) {
	id := m.nodeID(f.Name)
	e := status.CreateElement("node_state")
	set := e.CreateAttr
	set("id", id)
	set("uname", f.Name)
	set("in_ccm", strconv.FormatInt(f.InCCM, 10))
	set("crmd", strconv.FormatInt(f.Crmd, 10))
	set("crm-debug-origin", "crm")
	set("join", f.Join)
	set("expected", f.Expect)
	s := m.subjectOf(f.Name)
	if s == nil {
		return
	}
	if len(s.attrs) > 0 {
		ta := e.CreateElement("transient_attributes")
		ta.CreateAttr("id", id)
		set := ta.CreateElement("instance_attributes")
		set.CreateAttr("id", "status-"+id)
		for _, name := range sortedKeys(s.attrs) {
			nv := set.CreateElement("nvpair")
			nv.CreateAttr("id", "status-"+id+"-"+xmlID(name))
			nv.CreateAttr("name", name)
			nv.CreateAttr("value", s.attrs[name])
		}
	}
	w.history(e, id, s.hist)
}

// xmlID makes a name fit for an XML id.
func xmlID(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '.'
	}, name)
}

// subjectOf is what is known of a node's history: at the DC that of members
// now and of those that were lost and not fenced, elsewhere the copies.
func (m *Machine) subjectOf(name string) *subject {
	if m.dc != nil {
		if s := m.dc.members[name]; s != nil {
			return s
		}
		return m.dc.lost[name]
	}
	if name == m.cfg.Name {
		s := &subject{name: name, hist: m.exec.hist, attrs: map[string]string{}}
		for _, a := range m.exec.attrs {
			s.attrs[a.Name] = a.Value
		}
		return s
	}
	if c := m.mirrors[name]; c != nil && m.table[name].Process == c.process {
		return &subject{name: name, hist: c.hist}
	}
	return nil
}

// nodeID is the id the configuration gives a node, or its name.
func (m *Machine) nodeID(name string) string {
	for n := range cib.Children(cib.Child(m.log.reg.doc.Configuration(), "nodes"), "node") {
		if strings.EqualFold(cib.Attr(n, "uname"), name) {
			return cib.ID(n)
		}
	}
	return name
}

// options are the cluster properties that the machine itself obeys.
type options struct {
	fencing        bool
	quorumPolicy   string
	recheck        time.Duration
	transitionWait time.Duration
	fencingTimeout time.Duration
	clusterDelay   time.Duration
	fencingMost    int
}

func (m *Machine) options() options {
	if m.opts != nil {
		return *m.opts
	}
	get := func(names ...string) string { return m.property(names...) }
	o := options{
		fencing:        !isFalse(get("fencing-enabled", "stonith-enabled")),
		quorumPolicy:   get("no-quorum-policy"),
		recheck:        interval(get("cluster-recheck-interval"), 15*time.Minute),
		transitionWait: interval(get("transition-delay", "crmd-transition-delay"), 0),
		fencingTimeout: interval(get("fencing-timeout", "stonith-timeout"), time.Minute),
		clusterDelay:   interval(get("cluster-delay"), time.Minute),
		fencingMost:    10,
	}
	if n, err := strconv.Atoi(get("fencing-max-attempts", "stonith-max-attempts")); err == nil && n > 0 {
		o.fencingMost = n
	}
	if o.quorumPolicy == "" {
		o.quorumPolicy = "stop"
	}
	m.opts = &o
	return o
}

// property is the value of a cluster property, by the first of its names
// that is set.
func (m *Machine) property(names ...string) string {
	config := cib.Child(m.log.reg.doc.Configuration(), "crm_config")
	for _, name := range names {
		for set := range cib.Children(config, "cluster_property_set") {
			for nv := range cib.Children(set, "nvpair") {
				if cib.Attr(nv, "name") == name {
					return cib.Attr(nv, "value")
				}
			}
		}
	}
	return ""
}

func isFalse(text string) bool {
	return slices.Contains([]string{"false", "off", "no", "n", "0"}, strings.ToLower(text))
}

// interval reads a time as the CIB writes it: a number with a unit, seconds
// without one.
func interval(text string, otherwise time.Duration) time.Duration {
	ms, ok := score.Interval(strings.TrimSpace(text))
	if !ok || text == "" {
		return otherwise
	}
	return time.Duration(ms) * time.Millisecond
}
