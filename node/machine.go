package node

import (
	"fmt"
	"slices"
	"time"
)

// Machine is one member. Make it with New; feed it with Step.
type Machine struct {
	cfg Config
	now time.Time
	out []Effect
}

// New makes a member at the moment now from its configuration and from what
// its disk held. The first effects come from the first Step.
func New(cfg Config, now time.Time) (*Machine, error) {
	cfg = cfg.withDefaults()
	if !slices.Contains(cfg.Members, cfg.Name) {
		return nil, fmt.Errorf("start member %s: it is not among the configured nodes %v", cfg.Name, cfg.Members)
	}
	return &Machine{cfg: cfg, now: now}, nil
}

// Step takes one event and returns what must be done about it, in order.
func (m *Machine) Step(now time.Time, ev Event) []Effect {
	m.now = now
	out := m.out
	m.out = nil
	return out
}

// Deadline is when Step(now, Elapsed{}) is due at the latest. It changes with
// every step.
func (m *Machine) Deadline() time.Time { return m.now.Add(time.Second) }

func (m *Machine) emit(e Effect) { m.out = append(m.out, e) }
