package engine

import (
	"errors"
	"time"

	"crm/cib"
	"crm/engine/graph"
)

// Input is all that a decision depends on.
type Input struct {
	CIB       *cib.Document // is only read
	Now       time.Time     // the effective time for rules and expiries
	Clock     time.Time     // what simulated results carry as their time; Now when zero
	RunID     int           // the transition's number; 1 when 0
	Explain   bool          // keep the trace that "why" answers from
	Sanitized bool          // secrets may have been taken out of the CIB
	Scores    bool          // keep the lines of the scores output

	Utilization bool // among them, the use of capacities

	AllActions bool // Dot shows also what need not happen
}

// clock is the time that simulated results carry. Rules may be asked about
// another time, but results made up now come after all that is recorded.
func (in Input) clock() time.Time {
	if in.Clock.IsZero() {
		return in.Now
	}
	return in.Clock
}

// Situation is a cluster as its CIB shows it: what is where, before anything
// is decided.
type Situation struct{ c *cluster }

// Output is a decision.
type Output struct {
	Graph *graph.Transition
	c     *cluster
}

// ErrNoConfiguration is returned for a CIB without a configuration section.
var ErrNoConfiguration = errors.New("the CIB has no configuration section")

// Run decides. It reads no clock and changes nothing in its input; the same
// input gives the same output, byte for byte.
func Run(in Input) (*Output, error) {
	s, err := Read(in)
	if err != nil {
		return nil, err
	}
	return s.Decide(), nil
}

// Read finds out what the CIB says is where.
func Read(in Input) (*Situation, error) {
	if cib.Child(in.CIB.Root(), "configuration") == nil {
		return nil, ErrNoConfiguration
	}
	c := newCluster(in)
	c.unpack()
	return &Situation{c}, nil
}

// Decide goes through the phases of a decision. A situation can be decided
// only once: what is found on the way is written into it.
func (s *Situation) Decide() *Output {
	c := s.c
	c.unpackConstraints()
	c.applyNodeCriteria()
	c.addImpliedConstraints()
	c.checkHistory()
	c.assignResources()
	c.scheduleActions()
	c.orderRemotes()
	c.scheduleFencing()
	c.applyOrders()
	c.summarize()
	return &Output{Graph: c.buildGraph(), c: c}
}
