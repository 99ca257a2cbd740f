package haconf

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Resource is one word of a group: a script and its arguments.
type Resource struct {
	Text   string // as written: the first one of a group is the group's key
	Script string
	Args   []string
}

// Group is one logical line of haresources: a preferred node and what runs
// together, started from left to right.
type Group struct {
	Line      int
	Node      string // lower case
	Resources []Resource
}

// bareAddress is a word that stands for IPaddr::word.
var bareAddress = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+`) })

// ParseHaresources reads haresources. The nodes are those of ha.cf.
func ParseHaresources(file string, text []byte, nodes []string) ([]Group, []Problem, error) {
	r := &report{file: file}
	var groups []Group
	logical, start := "", 0
	for line := range strings.SplitSeq(string(text), "\n") {
		r.line++
		line = strings.TrimRight(uncomment(line), " \t\r")
		if logical == "" {
			start = r.line
		}
		if rest, joined := strings.CutSuffix(line, `\`); joined {
			logical += rest + " "
			continue
		}
		groups = addGroup(r, groups, logical+line, start, nodes)
		logical = ""
	}
	if strings.TrimSpace(logical) != "" {
		r.fail(`the last line ends in \: expected its continuation`)
	}
	if err := r.err(); err != nil {
		return nil, r.warnings, err
	}
	return groups, r.warnings, nil
}

// uncomment cuts a comment: # at the beginning of the line or behind a blank.
func uncomment(line string) string {
	for i := range len(line) {
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return line[:i]
		}
	}
	return line
}

func addGroup(r *report, groups []Group, text string, line int, nodes []string) []Group {
	words := fields(text)
	if len(words) == 0 {
		return groups
	}
	at := r.line
	r.line = line
	defer func() { r.line = at }()
	g := Group{Line: line, Node: strings.ToLower(words[0])}
	if !slices.Contains(nodes, g.Node) {
		r.fail("%q is no node of the cluster: expected one of %s first on the line", words[0], strings.Join(nodes, ", "))
		return groups
	}
	for _, w := range words[1:] {
		res := Resource{Text: w}
		parts := strings.Split(w, "::")
		if res.Script, res.Args = parts[0], parts[1:]; bareAddress().MatchString(w) {
			res.Script, res.Args = "IPaddr", parts
		}
		g.Resources = append(g.Resources, res)
	}
	if len(g.Resources) == 0 {
		r.warn("a node with no resources")
		return append(groups, g)
	}
	for _, other := range groups {
		if len(other.Resources) > 0 && other.Resources[0].Text == g.Resources[0].Text {
			r.warn("%s begins two groups (the other at line %d): expected a first resource that no other line has",
				g.Resources[0].Text, other.Line)
		}
	}
	return append(groups, g)
}
