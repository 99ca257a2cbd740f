package completions

import (
	"slices"
	"strings"
)

var scores = words([2]string{"inf:", "must"}, [2]string{"-inf:", "must not"}, [2]string{"100:", "would like to"}, [2]string{"-100:", "would rather not"})

// constrained are resources and tags for constraints; behind a colon come
// roles or actions.
func constrained(v *View, behind []string) []Candidate {
	id, _, ok := strings.Cut(v.Text, ":")
	if ok {
		var list []Candidate
		for _, b := range behind {
			list = append(list, Candidate{Text: id + ":" + b})
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
		return append(slices.Clone(scores), plain("$id=", "$role=")...)
	case slices.Contains([]string{"eq", "ne"}, last) && len(behind) > 1 && behind[len(behind)-2] == "#uname":
		return Nodes(v, nil)
	case last == "date":
		return plain("lt", "gt", "in", "spec", "date_spec", "in_range")
	case last == "spec" || last == "date_spec":
		return plain("hours=", "monthdays=", "weekdays=", "yeardays=", "months=", "weeks=", "years=", "weekyears=", "moon=")
	case last == "defined" || last == "not_defined":
		return nodeAttributeNames(v)
	case strings.HasSuffix(last, ":") || last == "and" || last == "or":
		return append(plain("#uname", "#kind", "#id", "date", "defined", "not_defined"), nodeAttributeNames(v)...)
	case strings.HasPrefix(last, "#") || !strings.ContainsAny(last, ":=") && len(behind) > 1 && slices.Contains([]string{"and", "or"}, behind[len(behind)-2]):
		return plain("eq", "ne", "lt", "gt", "lte", "gte", "string:", "number:", "integer:", "version:")
	}
	return plain("and", "or", "rule")
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
