package completions

import "strings"

// Agents knows which resource agents there are and what they take.
type Agents interface {
	Classes() []string
	Providers(class string) []string
	Types(class, provider string) []string
	// Metadata describes an agent, nil when there is no such agent or when it
	// says nothing.
	Metadata(class, provider, typ string) *Metadata
}

// Metadata is what an agent says of itself.
type Metadata struct {
	Name, Version   string
	Short, Long     string
	Parameters      []Parameter
	Actions         []Action
	Promotable      bool
	XML             []byte // as the agent gave it
	Class, Provider string
}

// Parameter is one parameter of an agent.
type Parameter struct {
	Name, Type, Default string
	Short, Long         string
	Required, Unique    bool
	Deprecated          bool
	Values              []string // of a select
}

// Action is one action of an agent.
type Action struct {
	Name                     string
	Timeout, Interval, Depth string
	Role                     string
	StartDelay               string
}

// Parameter finds a parameter by its name.
func (m *Metadata) Parameter(name string) (Parameter, bool) {
	for _, p := range m.Parameters {
		if p.Name == name {
			return p, true
		}
	}
	return Parameter{}, false
}

// SplitAgent takes "class:provider:type" apart. "Dummy" is
// ocf:heartbeat:Dummy when there is such an agent, and two parts are class
// and type ("stonith:null"), or a provider and type of class ocf.
func SplitAgent(spec string, agents Agents) (class, provider, typ string) {
	parts := strings.Split(spec, ":")
	switch len(parts) {
	case 1:
		class, typ = "ocf", parts[0]
		provider = providerOf(typ, agents)
	case 2:
		class, typ = parts[0], parts[1]
		if !isClass(class, agents) {
			class, provider = "ocf", parts[0]
		} else if class == "ocf" {
			provider = providerOf(typ, agents)
		}
	default:
		class, provider, typ = parts[0], parts[1], strings.Join(parts[2:], ":")
	}
	return class, provider, typ
}

func isClass(word string, agents Agents) bool {
	switch word {
	case "ocf", "lsb", "systemd", "service", "stonith", "upstart", "nagios", "heartbeat":
		return true
	}
	if agents != nil {
		for _, c := range agents.Classes() {
			if c == word {
				return true
			}
		}
	}
	return false
}

// providerOf is the provider that a bare type means: heartbeat first, then
// pacemaker, then the first that has it.
func providerOf(typ string, agents Agents) string {
	if agents == nil {
		return "heartbeat"
	}
	providers := agents.Providers("ocf")
	for _, p := range append([]string{"heartbeat", "pacemaker"}, providers...) {
		for _, t := range agents.Types("ocf", p) {
			if t == typ {
				return p
			}
		}
	}
	return "heartbeat"
}

// AgentSpecs completes agents part by part: class, provider, type; a bare
// type is completed to itself.
func AgentSpecs(v *View, _ []string) []Candidate {
	if v.Agents == nil {
		return nil
	}
	parts := strings.Split(v.Text, ":")
	var list []Candidate
	switch len(parts) {
	case 1:
		for _, c := range v.Agents.Classes() {
			list = append(list, Candidate{Text: c + ":", Meaning: classMeaning(c), Open: true})
		}
		if parts[0] != "" {
			list = append(list, bareTypes(v)...)
		}
	case 2:
		if parts[0] == "ocf" {
			for _, p := range v.Agents.Providers("ocf") {
				list = append(list, Candidate{Text: "ocf:" + p + ":", Meaning: "provider", Open: true})
			}
			break
		}
		for _, t := range v.Agents.Types(parts[0], "") {
			list = append(list, Candidate{Text: parts[0] + ":" + t})
		}
	case 3:
		for _, t := range v.Agents.Types(parts[0], parts[1]) {
			list = append(list, Candidate{Text: parts[0] + ":" + parts[1] + ":" + t})
		}
	}
	return Sort(describeFew(v, list))
}

// bareTypes are the ocf types without class and provider.
func bareTypes(v *View) []Candidate {
	var list []Candidate
	for _, p := range v.Agents.Providers("ocf") {
		for _, t := range v.Agents.Types("ocf", p) {
			list = append(list, Candidate{Text: t, Meaning: "ocf:" + p})
		}
	}
	return list
}

// describeFew adds what agents say of themselves when only a few are left:
// asking an agent means running it.
func describeFew(v *View, list []Candidate) []Candidate {
	left := Filter(list, v.Text)
	if len(left) > 5 {
		return list
	}
	for i, c := range left {
		if c.Open || c.Meaning != "" {
			continue
		}
		class, provider, typ := SplitAgent(c.Text, v.Agents)
		if m := v.Agents.Metadata(class, provider, typ); m != nil {
			left[i].Meaning = m.Short
		}
	}
	return left
}

func classMeaning(class string) string {
	switch class {
	case "ocf":
		return "Open Cluster Framework agents"
	case "lsb":
		return "init scripts"
	case "systemd":
		return "systemd units"
	case "service":
		return "whichever of systemd and lsb has it"
	case "stonith":
		return "fence devices"
	case "heartbeat":
		return "heartbeat's own resource scripts"
	}
	return ""
}
