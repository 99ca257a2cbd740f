package tools

import (
	"fmt"
	"io"
	"strings"

	"crm/cib"
)

// Failcount is crm_failcount: the fail count of a resource on a node, over
// all operations or of one.
func Failcount(args []string, std Streams) int {
	given, on := map[string]string{}, map[string]bool{}
	words, err := getopt(masterFlags, args, func(long, value string) error {
		given[long], on[long] = value, true
		return nil
	})
	switch {
	case err == nil && len(words) > 0:
		err = fmt.Errorf("unexpected word %q, expected only options", words[0])
	case err == nil && (on["help"] || on["help-all"]):
		_, err := io.WriteString(std.Out, failcountHelp)
		return ended(std, "crm_failcount", err)
	case err == nil && given["resource"] == "":
		err = fmt.Errorf("no resource is named, expected -r RESOURCE")
	}
	if err != nil {
		return ended(std, "crm_failcount", fail(exitUsage, "%w", err))
	}
	return ended(std, "crm_failcount", failcount(std, given, on))
}

func failcount(std Streams, given map[string]string, on map[string]bool) error {
	s := openStore()
	name := given["node"]
	if name == "" {
		var err error
		if name, err = s.local(); err != nil {
			return err
		}
	}
	d, err := s.read()
	if err != nil {
		return err
	}
	if d.Node(name) == nil && d.NodeState(name) == nil {
		return fail(exitNotFound, "%s: no node %q", saysNotFound, name)
	}
	rsc := given["resource"]
	var names []string
	sum := "0"
	for nv := range cib.NVPairs(cib.Child(d.NodeState(name), "transient_attributes"), cib.InstanceAttributes) {
		attribute := cib.Attr(nv, "name")
		if !failureOf(attribute, rsc, given["operation"], given["interval"]) {
			continue
		}
		names = append(names, attribute)
		if strings.HasPrefix(attribute, "fail-count-") {
			sum = counted(sum, "value+="+strings.Replace(cib.Attr(nv, "value"), "INFINITY", "1000000", 1))
		}
	}
	if on["delete"] || on["delete-attr"] {
		for _, attribute := range names {
			if err := s.transient(transient{node: name, name: attribute, remove: true}); err != nil {
				return err
			}
		}
		return nil
	}
	if on["quiet"] || on["Quiet"] {
		_, err = fmt.Fprintln(std.Out, sum)
	} else {
		_, err = fmt.Fprintf(std.Out, "scope=status  name=fail-count-%s value=%s\n", rsc, sum)
	}
	return err
}

// failureOf tells whether an attribute is the fail count (or the time of the
// last failure) of a resource: fail-count-RSC#OPERATION_INTERVAL, or without
// the operation as older clusters write it.
func failureOf(attribute, rsc, operation, interval string) bool {
	rest, ok := strings.CutPrefix(attribute, "fail-count-")
	if !ok {
		rest, ok = strings.CutPrefix(attribute, "last-failure-")
	}
	id, op, _ := strings.Cut(rest, "#")
	base, number, _ := strings.Cut(id, ":")
	if !ok || id != rsc && (base != rsc || strings.Trim(number, "0123456789") != "") {
		return false
	}
	if operation == "" {
		return true
	}
	name, ms, _ := cutLast(op, "_")
	return name == operation && (interval == "" || ms == milliseconds(interval))
}

func cutLast(s, sep string) (before, after string, found bool) {
	k := strings.LastIndex(s, sep)
	if k < 0 {
		return s, "", false
	}
	return s[:k], s[k+len(sep):], true
}

// milliseconds turns 10, 10s or 10000ms into "10000".
func milliseconds(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	switch {
	case strings.HasSuffix(s, "ms"):
		return strings.TrimSuffix(s, "ms")
	case s == "0":
		return "0"
	}
	return strings.TrimRight(s, "second") + "000"
}
