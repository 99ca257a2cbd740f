package engine

import (
	"strconv"
	"strings"

	"github.com/beevik/etree"
)

// countFailure raises the fail count of one operation of a resource on a
// node, or makes it infinite, and sets when it failed last. It gives the
// lines that say so.
func (w *statusWriter) countFailure(s *nodeState, resource, task, interval string, infinite bool) []string {
	suffix := resource + "#" + task + "_" + interval
	value := "value++"
	if infinite {
		value = "INFINITY"
	}
	return []string{
		w.setAttribute(s, "fail-count-"+suffix, value),
		w.setAttribute(s, "last-failure-"+suffix, w.now),
	}
}

// setAttribute writes one transient attribute of a node; "value++" adds one
// to what is there.
func (w *statusWriter) setAttribute(s *nodeState, name, value string) string {
	id := s.element.SelectAttrValue("id", "")
	line := "  * Injecting attribute " + name + "=" + value + " into /node_state '" + id + "'"
	transient := childOf(s.element, "transient_attributes")
	if transient.SelectAttr("id") == nil {
		transient.CreateAttr("id", id)
	}
	set := childOf(transient, "instance_attributes")
	if set.SelectAttr("id") == nil {
		set.CreateAttr("id", id)
	}
	var pair *etree.Element
	for _, e := range set.SelectElements("nvpair") {
		if e.SelectAttrValue("name", "") == name {
			pair = e
		}
	}
	if pair == nil {
		pair = set.CreateElement("nvpair")
		pair.CreateAttr("id", set.SelectAttrValue("id", "")+"-"+strings.NewReplacer("#", ".", ":", ".").Replace(name))
		pair.CreateAttr("name", name)
	}
	if value == "value++" {
		value = oneMore(pair.SelectAttrValue("value", "0"))
	}
	pair.CreateAttr("value", value)
	return line
}

func oneMore(count string) string {
	n, err := strconv.Atoi(count)
	if err != nil {
		if strings.HasSuffix(count, "INFINITY") {
			return count
		}
		n = 0
	}
	return strconv.Itoa(n + 1)
}
