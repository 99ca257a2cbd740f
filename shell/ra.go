package shell

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"crm/completions"
	"crm/grammar"
)

func raLevel() *Level {
	return &Level{Name: "ra", Short: "resource agents: which there are and what they take",
		Commands: []*Command{
			{Name: "classes", Short: "list classes and providers", Args: none(), Run: runClasses},
			{Name: "list", Usage: "<class> [<provider>]", Short: "list the agents of a class", Args: between(1, 2),
				Complete: completions.InTurn(completions.AgentClasses, completions.AgentProviders), Run: runAgentList},
			{Name: "providers", Usage: "<type> [<class>]", Short: "list who provides an agent", Args: between(1, 2),
				Complete: completions.InTurn(completions.AgentTypes, completions.AgentClasses), Run: runProviders},
			{Name: "info", Old: []string{"meta"}, Usage: "[<class>:[<provider>:]]<type>", Short: "show what an agent does and takes",
				Args: between(1, 3), Complete: completions.InTurn(completions.AgentSpecs), Run: runAgentInfo,
				Help: "Also the older form: info TYPE CLASS [PROVIDER]."},
			{Name: "validate", Usage: "<agent> [<param>=<value> ...]", Short: "let an agent check parameters", Args: atLeast(1),
				Complete: completions.InTurn(completions.AgentSpecs), Run: runAgentValidate},
		}}
}

func (c *Call) agents() (Agents, error) {
	if c.Agents == nil {
		return nil, failf("resource agents cannot be listed here")
	}
	return c.Agents, nil
}

func runClasses(_ context.Context, c *Call) error {
	agents, err := c.agents()
	if err != nil {
		return err
	}
	for _, class := range agents.Classes() {
		providers := agents.Providers(class)
		if len(providers) > 0 {
			class += " / " + strings.Join(providers, " ")
		}
		c.print(class)
	}
	return nil
}

func runAgentList(_ context.Context, c *Call) error {
	agents, err := c.agents()
	if err != nil {
		return err
	}
	class := c.Args[0]
	if !slices.Contains(agents.Classes(), class) {
		text := ""
		if guess := grammar.Near(class, agents.Classes()); guess != "" {
			text = " (did you mean " + strconv.Quote(guess) + "?)"
		}
		return newError(NotFound, c.words[1].Pos, "there is no class %s, the classes are %s%s", class, strings.Join(agents.Classes(), ", "), text)
	}
	providers := agents.Providers(class)
	if len(c.Args) == 2 {
		if !slices.Contains(providers, c.Args[1]) {
			return newError(NotFound, c.words[2].Pos, "class %s has no provider %s; it has %s", class, c.Args[1], strings.Join(providers, ", "))
		}
		providers = c.Args[1:2]
	}
	if len(providers) == 0 {
		providers = []string{""}
	}
	var names []string
	for _, p := range providers {
		names = append(names, agents.Types(class, p)...)
	}
	slices.Sort(names)
	c.print(columns(slices.Compact(names), 80))
	return nil
}

func runProviders(_ context.Context, c *Call) error {
	agents, err := c.agents()
	if err != nil {
		return err
	}
	class := "ocf"
	if len(c.Args) == 2 {
		class = c.Args[1]
	}
	var found []string
	for _, p := range agents.Providers(class) {
		if slices.Contains(agents.Types(class, p), c.Args[0]) {
			found = append(found, p)
		}
	}
	if len(found) == 0 {
		return newError(NotFound, c.words[1].Pos, "no provider of class %s has an agent %s", class, c.Args[0])
	}
	c.print(strings.Join(found, " "))
	return nil
}

func runAgentInfo(_ context.Context, c *Call) error {
	agents, err := c.agents()
	if err != nil {
		return err
	}
	spec := c.Args[0]
	if len(c.Args) > 1 { // info TYPE CLASS [PROVIDER]
		spec = strings.Join(append(c.Args[1:], c.Args[0]), ":")
	}
	if m := daemonOptions(spec); m != nil && len(c.Args) == 1 {
		c.print(describeAgent(m, "", "", spec))
		return nil
	}
	class, provider, typ := completions.SplitAgent(spec, agents)
	m := agents.Metadata(class, provider, typ)
	if m == nil {
		return newError(NotFound, c.words[1].Pos, "%s", noAgent(agents, class, provider, typ))
	}
	c.print(describeAgent(m, class, provider, typ))
	return nil
}

// daemonOptions describes the options of the cluster, which Pacemaker's
// daemons share, and the parameters that all fence devices have; nil when name
// is none of the words for them.
func daemonOptions(name string) *completions.Metadata {
	switch name {
	case "cluster", "pacemaker-schedulerd", "pengine", "pacemaker-controld", "crmd", "pacemaker-based", "cib":
		m := &completions.Metadata{Name: name, Short: "Options of the cluster", Long: `What "configure property" sets, whichever daemon of Pacemaker reads it.`}
		for _, p := range completions.Properties {
			m.Parameters = append(m.Parameters, completions.Parameter{Name: p.Name, Type: p.Type, Default: p.Default, Short: p.Meaning, Values: p.Values})
		}
		return m
	case "pacemaker-fenced", "stonithd":
		return &completions.Metadata{Name: name, Short: "Parameters that every fence device understands", Parameters: completions.FenceParameters()}
	}
	return nil
}

// noAgent says that an agent does not exist, and which might have been meant.
func noAgent(agents Agents, class, provider, typ string) string {
	of := class
	if provider != "" {
		of += ":" + provider
	}
	return "no resource agent " + strconv.Quote(typ) + " of " + of + " is installed here; expected one of \"ra list " +
		strings.TrimSpace(class+" "+provider) + "\"" + didYouMean(typ, agents.Types(class, provider))
}

// describeAgent renders meta-data as a page.
func describeAgent(m *completions.Metadata, class, provider, typ string) string {
	var b strings.Builder
	name := strings.Join(slices.DeleteFunc([]string{class, provider, typ}, func(s string) bool { return s == "" }), ":")
	fmt.Fprintf(&b, "%s (%s)\n\n", m.Short, name)
	if m.Long != "" {
		b.WriteString(strings.TrimSpace(m.Long) + "\n\n")
	}
	if len(m.Parameters) > 0 {
		b.WriteString("Parameters (*: required, []: default):\n\n")
	}
	for _, p := range m.Parameters {
		b.WriteString(describeParameter(p))
	}
	if len(m.Actions) > 0 {
		b.WriteString("Operations' defaults (advisory minimum):\n\n")
	}
	for _, a := range m.Actions {
		fields := []string{fmt.Sprintf("    %-13s", a.Name)}
		for _, f := range [][2]string{{"timeout", a.Timeout}, {"interval", a.Interval}, {"start-delay", a.StartDelay}, {"depth", a.Depth}, {"role", a.Role}} {
			if f[1] != "" {
				fields = append(fields, f[0]+"="+f[1])
			}
		}
		b.WriteString(strings.TrimRight(strings.Join(fields, " "), " ") + "\n")
	}
	return b.String()
}

func describeParameter(p completions.Parameter) string {
	var b strings.Builder
	b.WriteString(p.Name)
	if p.Required {
		b.WriteString("*")
	}
	kind := p.Type
	if len(p.Values) > 0 {
		kind += ": " + strings.Join(p.Values, "|")
	}
	if p.Default != "" {
		kind = strings.TrimPrefix(kind+", ["+p.Default+"]", ", ")
		b.WriteString(" (" + kind + ")")
	} else if kind != "" {
		b.WriteString(" (" + kind + ")")
	}
	b.WriteString(": " + p.Short + "\n")
	for line := range strings.SplitSeq(strings.TrimSpace(p.Long), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString("    " + line + "\n")
		}
	}
	b.WriteString("\n")
	return b.String()
}

func runAgentValidate(ctx context.Context, c *Call) error {
	agents, err := c.agents()
	if err != nil {
		return err
	}
	params := map[string]string{}
	for i, word := range c.Args[1:] {
		name, value, ok := strings.Cut(word, "=")
		if !ok {
			return newError(Usage, c.words[i+2].Pos, "validate: %q is no parameter; expected name=value", word)
		}
		params[name] = value
	}
	class, provider, typ := completions.SplitAgent(c.Args[0], agents)
	if agents.Metadata(class, provider, typ) == nil {
		return newError(NotFound, c.words[1].Pos, "%s", noAgent(agents, class, provider, typ))
	}
	spec := class + ":" + typ
	if provider != "" {
		spec = class + ":" + provider + ":" + typ
	}
	text, err := agents.Validate(ctx, spec, params)
	c.print(text)
	return err
}
