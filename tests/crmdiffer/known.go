package main

import (
	"regexp"
	"strings"
)

// wanted are differences that are kept, by what one of the two says of a
// case; docs/known-differences-crmsh.txt and docs/compat.md give the reasons.
var wanted = []*regexp.Regexp{
	// crmsh dies of it, or prints what it cannot read.
	regexp.MustCompile(`\(crash\)`),
	// crm_verify finds an option with a wrong value, but looks only where there are resources.
	regexp.MustCompile(`\(cluster_option_value\)`),
	// $id behind attributes becomes an attribute named id with the id "id".
	regexp.MustCompile(`must stand before the attributes`),
	// A command without its arguments does nothing and says nothing.
	regexp.MustCompile(`needs at least \d+ argument`),
	regexp.MustCompile(`edit not allowed in batch mode`),
	// A typed xml statement keeps its quotes.
	regexp.MustCompile(`Cannot parse XML data: <\w+( [\w-]+=[^"' ]+)+/?>`),
	// "a:" has an empty role or action.
	regexp.MustCompile(`"\w+:" has no valid (role|action)`),
	// The expressions of defaults, acl_group and influence are understood.
	regexp.MustCompile(`syntax in op_defaults: Expected \(\(string`),
	regexp.MustCompile(`syntax in rsc_defaults: Expected \(\(string`),
	regexp.MustCompile(`configure.acl_group: No such command`),
}

// known tells differences that are wanted.
func known(c testCase, d difference) bool {
	text := d.String()
	for _, w := range wanted {
		if w.MatchString(text) {
			return true
		}
	}
	// The description of a node that is there already is lost.
	return strings.Contains(text, "- ours") && strings.Contains(c.lines[len(c.lines)-1], "description=") && c.kind == "node"
}
