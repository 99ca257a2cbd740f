package engine

import (
	"fmt"
	"slices"
	"strings"

	"crm/engine/score"
)

// ExpectedPing is what a node attribute would be if every address that a ping
// resource on the node asks did answer; ok tells whether there is such a
// resource.
func (s *Situation) ExpectedPing(n *Node, attribute string) (expected int64, ok bool) {
	s.c.eachResource(func(r *Resource) {
		if ok || !r.leaf() || r.Type != "ping" && r.Type != "pingd" || !slices.Contains(r.Active, n) {
			return
		}
		params := s.c.paramsOf(r, n)
		name := params.get("name")
		if name == "" {
			name = "pingd"
		}
		if name != attribute {
			return
		}
		hosts := int64(0)
		if list := params.get("host_list"); list != "" {
			hosts = int64(len(strings.Split(list, " ")))
		}
		times, known := score.Integer(params.get("multiplier"))
		if !known {
			times = 1
		}
		expected, ok = hosts*times, true
	})
	return expected, ok
}

// Connectivity is the remark on an attribute of ping resources.
func Connectivity(value string, expected int64) string {
	switch n, _ := score.Integer(value); { // nonsense counts 0
	case n <= 0:
		return "Connectivity is lost"
	case n < expected:
		return fmt.Sprintf("Connectivity is degraded (Expected=%d)", expected)
	}
	return ""
}
