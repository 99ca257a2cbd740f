package node

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
)

// fenceLevels are the ways to do action to a node, in the order to try them;
// all devices of a level have to succeed. Where fencing-topology speaks of the
// node its levels are meant, else each device that may shoot it is a level of
// its own (Pacemaker Explained, "Fencing Topologies"). A node is let in by all
// the devices that want to be asked.
func (m *Machine) fenceLevels(target, action string) [][]FenceDevice {
	devices := m.devices()
	if levels, spoken := m.topology(target, devices); spoken {
		return levels
	}
	var levels [][]FenceDevice
	var openers []FenceDevice
	for _, d := range devices {
		if shoots(d.Params, target) {
			levels = append(levels, []FenceDevice{d.FenceDevice})
			if d.unfences {
				openers = append(openers, d.FenceDevice)
			}
		}
	}
	if action == "on" && len(openers) > 0 {
		return [][]FenceDevice{openers}
	}
	return levels
}

// topology reads the levels that count for a node: those that name it, else
// those whose pattern fits, else those of an attribute it has. A level of which
// a device is missing or switched off cannot be used.
func (m *Machine) topology(target string, devices []device) (levels [][]FenceDevice, spoken bool) {
	entries := slices.Collect(cib.Children(cib.Child(m.log.reg.doc.Configuration(), "fencing-topology"), "fencing-level"))
	for _, speaks := range []func(*etree.Element) bool{
		func(e *etree.Element) bool { return strings.EqualFold(cib.Attr(e, "target"), target) },
		func(e *etree.Element) bool { return fits(cib.Attr(e, "target-pattern"), target) },
		func(e *etree.Element) bool {
			name := cib.Attr(e, "target-attribute")
			return name != "" && m.nodeAttr(target, name) == cib.Attr(e, "target-value")
		},
	} {
		byIndex := map[int][]string{}
		for _, e := range entries {
			if index, err := strconv.Atoi(cib.Attr(e, "index")); err == nil && speaks(e) {
				byIndex[index] = append(byIndex[index], listed(cib.Attr(e, "devices"))...)
			}
		}
		if len(byIndex) > 0 {
			return usable(byIndex, devices), true
		}
	}
	return nil, false
}

func usable(byIndex map[int][]string, devices []device) (levels [][]FenceDevice) {
	for _, index := range sortedKeys(byIndex) {
		var level []FenceDevice
		for _, id := range byIndex[index] {
			if i := slices.IndexFunc(devices, func(d device) bool { return d.ID == id }); i >= 0 {
				level = append(level, devices[i].FenceDevice)
			}
		}
		if len(level) == len(byIndex[index]) {
			levels = append(levels, level)
		}
	}
	return levels
}

// fits tells whether a pattern, an extended regular expression, is found in a name.
func fits(pattern, name string) bool {
	if pattern == "" {
		return false
	}
	re, err := regexp.CompilePOSIX(pattern)
	return err == nil && re.MatchString(name)
}

func listed(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' })
}

// nodeAttr is an attribute of a node: a transient one, else a permanent one.
func (m *Machine) nodeAttr(target, name string) string {
	if m.dc != nil && m.dc.members[target] != nil {
		if value := m.dc.members[target].attrs[name]; value != "" {
			return value
		}
	}
	for e := range cib.Children(cib.Child(m.log.reg.doc.Configuration(), "nodes"), "node") {
		if strings.EqualFold(cmp.Or(cib.Attr(e, "uname"), cib.ID(e)), target) {
			return values("instance_attributes", nil, e)[name]
		}
	}
	return ""
}
