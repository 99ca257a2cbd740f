package agent

import (
	"fmt"
	"strings"
)

// The classes of agents.
const (
	OCF       = "ocf"
	LSB       = "lsb"
	Systemd   = "systemd"
	Service   = "service" // LSB or systemd, whichever has the name
	Heartbeat = "heartbeat"
	Stonith   = "stonith"
)

// Builtin is the OCF provider of the agents inside this binary.
const Builtin = "crm"

// Ref names an agent. Provider is empty for classes that have none.
type Ref struct{ Class, Provider, Type string }

// ParseRef reads CLASS:PROVIDER:TYPE or CLASS:TYPE. A class of its own
// providers (ocf) needs all three.
func ParseRef(s string) (Ref, error) {
	words := strings.Split(s, ":")
	for _, w := range words {
		if w == "" || strings.ContainsAny(w, "/\x00") && !(words[0] == Stonith && isPlugin(w)) {
			return Ref{}, fmt.Errorf("agent %q: expected CLASS:PROVIDER:TYPE or CLASS:TYPE", s)
		}
	}
	switch {
	case len(words) == 3:
		return Ref{words[0], words[1], words[2]}, nil
	case len(words) == 2 && words[0] == OCF:
		return Ref{}, fmt.Errorf("agent %q: the class ocf needs a provider, e.g. ocf:heartbeat:%s", s, words[1])
	case len(words) == 2:
		return Ref{Class: words[0], Type: words[1]}, nil
	}
	return Ref{}, fmt.Errorf("agent %q: expected CLASS:PROVIDER:TYPE or CLASS:TYPE", s)
}

// isPlugin tells whether a fence agent's name is one of a plugin's, external/NAME.
func isPlugin(name string) bool {
	base, ok := strings.CutPrefix(name, "external/")
	return ok && base != "" && !strings.ContainsAny(base, "/\x00")
}

// String is the reference as it is written in the configuration.
func (r Ref) String() string {
	if r.Provider == "" {
		return r.Class + ":" + r.Type
	}
	return r.Class + ":" + r.Provider + ":" + r.Type
}
