package node

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine/graph"
)

// FenceDevice is a primitive of class stonith.
type FenceDevice struct {
	ID       string
	Provider string
	Type     string // the agent: "external/ssh", "fence_xvm", "crm-lab"
	Params   []graph.Attr
}

// device is a fence device and what decides about its use.
type device struct {
	FenceDevice
	priority int  // the higher, the earlier it is tried
	unfences bool // a node has to be let in by it before it may run anything
}

// devices are the fence devices that are not switched off, the first to be
// tried first (Pacemaker Explained, "Fencing", special meta-attribute priority).
func (m *Machine) devices() []device { return devicesOf(m.log.reg.doc) }

// FenceDevices are the fence devices of a CIB that are not switched off, the
// first to be tried first.
func FenceDevices(doc *cib.Document) []FenceDevice {
	var all []FenceDevice
	for _, d := range devicesOf(doc) {
		all = append(all, d.FenceDevice)
	}
	return all
}

func devicesOf(doc *cib.Document) []device {
	config := doc.Configuration()
	byID := map[string]*etree.Element{}
	var primitives []*etree.Element
	for e := range cib.Walk(cib.Child(config, "resources")) {
		if id := cib.ID(e); id != "" {
			byID[id] = e
		}
		if e.Tag == "primitive" {
			primitives = append(primitives, e)
		}
	}
	var all []device
	for _, e := range primitives {
		template := byID[cib.Attr(e, "template")]
		agent := e
		if template != nil {
			agent = template
		}
		if cib.Attr(agent, "class") != "stonith" {
			continue
		}
		meta := values("meta_attributes", byID, e, template)
		if strings.EqualFold(meta["target-role"], "Stopped") {
			continue
		}
		params := values("instance_attributes", byID, e, template)
		priority, _ := strconv.Atoi(cmp.Or(params["priority"], meta["priority"]))
		d := FenceDevice{ID: cib.ID(e), Provider: cib.Attr(agent, "provider"), Type: cib.Attr(agent, "type")}
		for _, name := range sortedKeys(params) {
			d.Params = append(d.Params, graph.Attr{Name: name, Value: params[name]})
		}
		all = append(all, device{FenceDevice: d, priority: priority, unfences: meta["provides"] == "unfencing" || params["provides"] == "unfencing"})
	}
	slices.SortFunc(all, func(a, b device) int { return cmp.Or(b.priority-a.priority, strings.Compare(a.ID, b.ID)) })
	return all
}

// values are the attributes of a resource and its template: what comes first
// counts. Sets with rules are read as if their rules held: what tells apart
// nodes tells nothing about a device.
func values(tag string, byID map[string]*etree.Element, owners ...*etree.Element) map[string]string {
	found := map[string]string{}
	for _, owner := range owners {
		for set := range cib.Children(owner, tag) {
			if ref := byID[cib.Attr(set, "id-ref")]; ref != nil {
				set = ref
			}
			for nv := range cib.Children(set, "nvpair") {
				name := cib.Attr(nv, "name")
				if ref := byID[cib.Attr(nv, "id-ref")]; ref != nil {
					nv, name = ref, cmp.Or(name, cib.Attr(ref, "name"))
				}
				if _, known := found[name]; !known {
					found[name] = cib.Attr(nv, "value")
				}
			}
		}
	}
	return found
}

// shoots tells whether a device's static host list names the node; a device
// without one may shoot any.
func shoots(params []graph.Attr, target string) bool {
	listed := false
	for _, p := range params {
		switch p.Name {
		case "pcmk_host_list", "hostlist", "hostname", "pcmk_host_map":
			listed = true
			for _, host := range strings.FieldsFunc(p.Value, func(r rune) bool { return r == ' ' || r == ',' || r == ';' || r == '\t' }) {
				name, _, _ := strings.Cut(host, ":")
				if p.Name == "pcmk_host_map" {
					name, _, _ = strings.Cut(name, "=")
				}
				if strings.EqualFold(name, target) {
					return true
				}
			}
		}
	}
	return !listed
}
