package tools

import (
	"fmt"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
)

// monSections are the names of parts of crm_mon's output, for --include and
// --exclude (crm_mon(8), "Output Control").
var monSections = []string{"attributes", "bans", "counts", "dc", "failcounts", "failures", "fencing", "fencing-failed", "fencing-pending",
	"fencing-succeeded", "maint-mode", "nodes", "operations", "options", "resources", "stack", "summary", "tickets", "times"}

// summarySections are the lines that "summary" means.
var summarySections = []string{"stack", "dc", "times", "counts", "maint-mode"}

// fencingSections are what "fencing" means.
var fencingSections = []string{"fencing-failed", "fencing-pending", "fencing-succeeded"}

// defaultSections are what is shown when nothing else is asked for: in XML all
// there is.
func defaultSections(xml bool) map[string]bool {
	show := map[string]bool{"nodes": true, "resources": true, "failures": true, "fencing-failed": true, "fencing-pending": true}
	for _, name := range summarySections {
		show[name] = true
	}
	for _, name := range monSections {
		show[name] = show[name] || xml
	}
	return show
}

// choose applies the words of one --include or --exclude.
func (m *monitor) choose(option, words string) error {
	on := option == "include"
	for word := range strings.SplitSeq(words, ",") {
		name, prefix, _ := strings.Cut(word, ":")
		switch {
		case name == "all":
			m.setSections(on, monSections...)
			m.shown["options"] = false // only by its own name
		case name == "none":
			m.setSections(!on, monSections...)
			m.shown["options"] = false
		case name == "default" && on:
			m.shown = defaultSections(m.text["output-as"] == "xml")
		case name == "fencing":
			m.setSections(on, fencingSections...)
		case name == "summary":
			m.setSections(on, summarySections...)
		case slices.Contains(monSections, name):
			m.shown[name] = on
			if name == "bans" && prefix != "" {
				m.bansOf = prefix
			}
		default:
			return fmt.Errorf("--%s: %q is no section, expected a list with commas of: all, none, default, %s", option, word, strings.Join(monSections, ", "))
		}
	}
	return nil
}

func (m *monitor) setSections(on bool, names ...string) {
	for _, name := range names {
		m.shown[name] = on
	}
}

// sectionOptions are the options that stand for sections.
var sectionOptions = map[string]string{"show-node-attributes": "attributes", "failcounts": "failcounts", "operations": "operations",
	"timing-details": "operations", "tickets": "tickets"}

// take notes an option. Which sections they choose is known when all are read:
// the form of the output decides what is shown by default.
func (m *monitor) take(long, value string) error {
	m.set[long], m.text[long] = true, value
	m.choices = append(m.choices, [2]string{long, value})
	if long == "fence-history" && value != "" && !slices.Contains([]string{"0", "1", "2", "3"}, value) {
		return fmt.Errorf("--fence-history: expected a level from 0 to 3, found %q", value)
	}
	return nil
}

// chooseAll chooses the sections, in the order of the options.
func (m *monitor) chooseAll() error {
	m.shown = defaultSections(m.text["output-as"] == "xml")
	for _, o := range m.choices {
		switch option := o[0]; option {
		case "include", "exclude":
			if err := m.choose(option, o[1]); err != nil {
				return err
			}
		case "hide-headers":
			m.setSections(false, summarySections...)
		case "quiet":
			m.shown["times"] = false
		case "neg-locations":
			m.shown["bans"], m.bansOf = true, o[1]
		case "fence-history":
			m.setSections(o[1] != "0", fencingSections...)
			m.shown["fencing-succeeded"] = o[1] != "0" && o[1] != "1"
		default:
			if name := sectionOptions[option]; name != "" {
				m.shown[name] = true
			}
		}
	}
	return nil
}

// wanted are the names that a --node or --resource means: itself, and what a tag
// of that name stands for.
func (m *monitor) wanted(name string) map[string]bool {
	set := map[string]bool{name: true}
	for tag := range cib.Children(cib.Child(m.doc.Configuration(), "tags"), "tag") {
		if cib.ID(tag) != name {
			continue
		}
		for ref := range cib.Children(tag, "obj_ref") {
			set[cib.ID(ref)] = true
		}
	}
	return set
}

// instances puts the first instance in the place of a member of a unique clone.
func (m *monitor) instances(wanted map[string]bool) map[string]bool {
	for _, r := range m.leaves() {
		for ; r != nil; r = r.Parent {
			if wanted[r.ConfigID] && r.ID != r.ConfigID && r.Unique() {
				delete(wanted, r.ConfigID)
				wanted[r.ID] = true
			}
		}
	}
	return wanted
}

// bans tells of the constraints that keep resources off nodes.
func (m *monitor) bans() []string {
	var lines []string
	for _, b := range m.banned {
		if !strings.HasPrefix(b.ID, m.bansOf) || !m.isResource(b.Resource) {
			continue
		}
		role, on := "", b.Node.Name
		if m.set["show-detail"] {
			on = b.Node.FullName()
		}
		if b.Promoted {
			role = "in Promoted role "
		}
		lines = append(lines, fmt.Sprintf("  * %s\tprevents %s from running %son %s", b.ID, b.Resource.ID, role, on))
	}
	return lines
}

// bansXML is what bans tells, as XML.
func (m *monitor) bansXML() *etree.Element {
	bans := etree.NewElement("bans")
	for _, b := range m.banned {
		if !strings.HasPrefix(b.ID, m.bansOf) || !m.isResource(b.Resource) {
			continue
		}
		weight := strings.Replace(b.Score, "INFINITY", "1000000", 1)
		attrs(bans.CreateElement("ban"), "id", b.ID, "resource", b.Resource.ID, "node", b.Node.Name, "weight", weight,
			"promoted-only", yes(b.Promoted), "master_only", yes(b.Promoted))
	}
	return bans
}

// options are the lines of the section of that name.
func (m *monitor) options() []string {
	fencing, symmetric := "disabled", "asymmetric"
	if m.truth("true", "fencing-enabled", "stonith-enabled") {
		fencing = "enabled"
	}
	if m.truth("true", "symmetric-cluster") {
		symmetric = "symmetric"
	}
	policies := map[string]string{"freeze": "Freeze resources", "stop": "Stop ALL resources", "ignore": "Ignore", "demote": "Demote promotable resources and stop all other resources",
		"suicide": "Suicide", "fence": "Suicide"}
	policy := policies[m.option("stop", "no-quorum-policy")]
	return []string{"  * STONITH of failed nodes " + fencing, "  * Cluster is " + symmetric, "  * No quorum policy: " + orElse(policy, policies["stop"])}
}
