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
	regexp.MustCompile(`must stand before the attributes|nvpair id="id" name="id"`),
	// A command without its arguments does nothing and says nothing.
	regexp.MustCompile(`at least \d+ argument`),
	regexp.MustCompile(`edit not allowed in batch mode`),
	// A right without things is left out, and targets without a name or value are names.
	regexp.MustCompile(`role: (.* has nothing behind it|the line ends too early)`),
	regexp.MustCompile(`has no value; expected attr:|has no pattern; expected pattern:`),
	// The id of another node is dropped with the node's name.
	regexp.MustCompile(`is the id of the node`),
	// An id-ref of an attribute to a whole set leads nowhere; here to its first attribute.
	regexp.MustCompile(`\+ peer +nvpair id-ref="x-`),
	// Characters beyond ASCII are numbers; the type of an expression is left out.
	regexp.MustCompile(`\+ peer .*(&#\d+;|<expression operation)`),
	// A set that refers to itself; podman.
	regexp.MustCompile(`is in force here already|Unknown arguments: (?i:podman)`),
	// The words of select behind a recipient's attributes are more of these.
	regexp.MustCompile(`\+ peer +nvpair .*name="select"`),
	// A reference to what is not there is written all the same; so is a set with the id of another kind of set.
	regexp.MustCompile(`expected the id of a set of|is the id of a property set already`),
	// A node named description=TEXT.
	regexp.MustCompile(`node: "description=.*" does not fit`),
	// A node of type ping is refused once there are resources.
	regexp.MustCompile(`Support for nodes of type 'ping'`),
	// The resource inside a clone or group that is given as XML gets lost.
	regexp.MustCompile(`missing \(shouldn't have happened\)`),
	// What a description of an operation is shown as a second time.
	regexp.MustCompile(`\+ peer \tdescription=`),
	// A typed xml statement keeps its quotes.
	regexp.MustCompile(`Cannot parse XML data: <\w+( [\w-]+=[^"' ]+)+/?>`),
	// "a:" has an empty role or action.
	regexp.MustCompile(`"\w+:" has no valid (role|action)`),
	// An "and" in XML is left out.
	regexp.MustCompile(`- ours +<rule .*boolean-op="and"`),
	// What speaks of an object that is deleted goes too, or the deletion is refused; there it is left, and dangles.
	regexp.MustCompile(`hanging [\w.-]+ deleted[^~]*IDREF attribute \w+ references an unknown ID`),
	regexp.MustCompile(`^  xml differs\n(  - ours +fencing-level .*\n)?  \+ peer +fencing-level devices=`),
	regexp.MustCompile(`is in use by primitive [\w.-]+ \(template\)`),
	// A tag follows a renamed object.
	regexp.MustCompile(`\+ peer +obj_ref id=|INFO: modified (tag:|location:l3 from tg)`),
	// A part of a bundle that comes twice, with nothing behind it.
	regexp.MustCompile(`comes twice in one bundle`),
	// Words beside a reference to a whole set are refused, there they are lost; so are levels behind those of every node.
	regexp.MustCompile(`takes over a whole set; expected no attributes beside it`),
	// Nodes that a pushed file does not name stay.
	regexp.MustCompile(`^  xml differs\n  - ours nodes\n`),
	// $ is a sign like others; show there puts variables of the environment in.
	regexp.MustCompile(`- ours .*\$\{`),
	// What is the default of a set is left out of XML.
	regexp.MustCompile(`- ours +<resource_set .*sequential="true"`),
	// To replace everything trips over tags.
	regexp.MustCompile(`object [\w.-]+ does not exist`),
	// id= is taken off in files too; a second "nodes" of select says nothing new.
	regexp.MustCompile(`near <id=|Extra element alerts in interleave`),
	// default-timeouts of what is no primitive is an error.
	regexp.MustCompile(`element [\w.-]+ is not a primitive`),
	// XML is taken whether its text could be read or not.
	regexp.MustCompile(`peer false\n[^~]*ERROR.*: syntax in .* parsing '\w+ n1 `),
	// A parameter may come from another set; nodes get ids that are right.
	regexp.MustCompile(`peer false\n[^~]*required parameter "\w+" not defined`),
	regexp.MustCompile(`Type ID doesn't allow value '[^']+-(instance_attributes|utilization)'`),
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
