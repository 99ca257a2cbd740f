package completions

import (
	"slices"
	"strings"
)

var scores = words([2]string{"inf:", "must"}, [2]string{"-inf:", "must not"}, [2]string{"100:", "would like to"}, [2]string{"-100:", "would rather not"})

// behindMeanings are what roles and actions mean in a constraint.
var behindMeanings = map[string]string{"start": "when it is started", "stop": "when it is stopped", "promote": "when it is promoted",
	"demote": "when it is demoted", "Started": "where it runs", "Stopped": "where it does not run", "Promoted": "where it is promoted",
	"Unpromoted": "where it runs, not promoted", "Master": "Promoted, the old word", "Slave": "Unpromoted, the old word"}

// constrained are resources and tags for constraints; behind a colon come
// roles or actions.
func constrained(v *View, behind []string) []Candidate {
	id, _, ok := strings.Cut(v.Text, ":")
	if ok {
		var list []Candidate
		for _, b := range behind {
			list = append(list, Candidate{Text: id + ":" + b, Meaning: behindMeanings[b]})
		}
		return list
	}
	list := resourcesThat(v, outer)
	list = append(list, resourcesThat(v, inner)...)
	return append(append(list, Templates(v, nil)...), Tags(v, nil)...)
}

func locationWords(v *View, args []string) []Candidate {
	rest := args[1:]
	if len(rest) == 0 {
		list := constrained(v, nil)
		return append(list, words([2]string{"{", "a set of resources"}, [2]string{"/", "a pattern, as /web.*/"})...)
	}
	if i := slices.Index(rest, "rule"); i >= 0 {
		return ruleWords(v, rest[i+1:])
	}
	if strings.HasSuffix(rest[len(rest)-1], ":") && strings.Count(rest[len(rest)-1], ":") == 1 {
		return Nodes(v, nil)
	}
	if len(rest) > 1 && strings.HasSuffix(rest[len(rest)-2], ":") {
		return nil
	}
	list := append(slices.Clone(scores), words([2]string{"rule", "by an expression"}, [2]string{"role=", "only in this role"},
		[2]string{"resource-discovery=", "where to look for it"})...)
	switch {
	case strings.HasPrefix(v.Text, "role="):
		return valuesOf("role", roles)
	case strings.HasPrefix(v.Text, "resource-discovery="):
		return valuesOf("resource-discovery", []string{"always", "never", "exclusive"})
	}
	return list
}

// ruleWords completes expressions.
func ruleWords(v *View, behind []string) []Candidate {
	last := ""
	if len(behind) > 0 {
		last = behind[len(behind)-1]
	}
	switch {
	case last == "":
		return append(slices.Clone(scores), words([2]string{"$id=", "a name for the rule"}, [2]string{"$role=", "only in this role"})...)
	case slices.Contains([]string{"eq", "ne"}, last) && len(behind) > 1 && behind[len(behind)-2] == "#uname":
		return Nodes(v, nil)
	case last == "date":
		return words([2]string{"lt", "before"}, [2]string{"gt", "after"}, [2]string{"in", "between, as in start=2027-01-01 end=2027-02-01"},
			[2]string{"in_range", "between"}, [2]string{"spec", "on such days, at such hours"}, [2]string{"date_spec", "on such days, at such hours"})
	case last == "spec" || last == "date_spec":
		return words([2]string{"hours=", "0 to 23, as 9-16"}, [2]string{"monthdays=", "1 to 31"}, [2]string{"weekdays=", "1 to 7, Monday is 1"},
			[2]string{"yeardays=", "1 to 366"}, [2]string{"months=", "1 to 12"}, [2]string{"weeks=", "1 to 53, of the week year"},
			[2]string{"years=", "as 2027 or 2027-2029"}, [2]string{"weekyears=", "the year that the week belongs to"}, [2]string{"moon=", "0 is new, 4 is full"})
	case last == "defined" || last == "not_defined":
		return nodeAttributeNames(v)
	case strings.HasSuffix(last, ":") || last == "and" || last == "or":
		return append(words([2]string{"#uname", "the node's name"}, [2]string{"#kind", "cluster, remote or container"}, [2]string{"#id", "the node's id"},
			[2]string{"date", "the time"}, [2]string{"defined", "an attribute is there"}, [2]string{"not_defined", "an attribute is not there"}), nodeAttributeNames(v)...)
	case strings.HasPrefix(last, "#") || !strings.ContainsAny(last, ":=") && len(behind) > 1 && slices.Contains([]string{"and", "or"}, behind[len(behind)-2]):
		return words([2]string{"eq", "is"}, [2]string{"ne", "is not"}, [2]string{"lt", "is less than"}, [2]string{"gt", "is more than"},
			[2]string{"lte", "is at most"}, [2]string{"gte", "is at least"}, [2]string{"string:", "compare as text"}, [2]string{"number:", "compare as numbers"},
			[2]string{"integer:", "compare as whole numbers"}, [2]string{"version:", "compare as versions, 1.10 after 1.9"})
	}
	return words([2]string{"and", "both must hold"}, [2]string{"or", "one must hold"}, [2]string{"rule", "another rule"})
}

// nodeAttributeNames are the names of attributes that nodes have.
func nodeAttributeNames(v *View) []Candidate {
	var list []Candidate
	for _, n := range Nodes(v, nil) {
		list = append(list, NodeAttributes(v, []string{n.Text})...)
	}
	return list
}

func colocationWords(v *View, args []string) []Candidate {
	if len(args) == 1 {
		return slices.Clone(scores)
	}
	if strings.HasPrefix(v.Text, "node-attribute=") {
		return valuesOf("node-attribute", nil)
	}
	list := constrained(v, roles)
	if len(args) > 2 && !strings.Contains(v.Text, ":") {
		list = append(list, words([2]string{"node-attribute=", "together by this attribute, not by node"}, [2]string{"influence=", "pulls along"})...)
	}
	return brackets(v, list)
}

func orderWords(v *View, args []string) []Candidate {
	kinds := words([2]string{"Mandatory:", "always"}, [2]string{"Optional:", "only when both change"}, [2]string{"Serialize:", "never at the same time"})
	first := words([2]string{"Mandatory", "always"}, [2]string{"Optional", "only when both change"}, [2]string{"Serialize", "never at the same time"})
	if len(args) == 1 {
		if v.Text != "" && !strings.HasSuffix(v.Text, ":") && !strings.Contains(v.Text, ":") {
			kinds = append(kinds, first...)
		}
		return append(append(kinds, scores...), constrained(v, actions)...)
	}
	if name, _, ok := strings.Cut(v.Text, "="); ok {
		return valuesOf(name, boolean)
	}
	list := constrained(v, actions)
	if len(args) > 2 && !strings.Contains(v.Text, ":") {
		list = append(list, words([2]string{"symmetrical=", "stop in the other order"}, [2]string{"require-all=", "all of the first, not one"})...)
	}
	return brackets(v, list)
}

var actions = []string{"start", "stop", "promote", "demote"}

func brackets(v *View, list []Candidate) []Candidate {
	if strings.Contains(v.Text, ":") {
		return list
	}
	return append(list, words([2]string{"(", "a set without order"}, [2]string{"[", "a set of which one is enough"})...)
}

func ticketWords(v *View, args []string) []Candidate {
	if len(args) == 1 {
		return nil
	}
	if strings.HasPrefix(v.Text, "loss-policy=") {
		return valuesOf("loss-policy", []string{"stop", "demote", "fence", "freeze"})
	}
	list := constrained(v, roles)
	if len(args) > 2 {
		list = append(list, words([2]string{"loss-policy=", "what to do when the ticket is lost"})...)
	}
	return list
}
