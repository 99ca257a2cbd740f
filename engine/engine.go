package engine

import (
	"errors"
	"time"

	"crm/cib"
	"crm/engine/graph"
)

// Input is all that a decision depends on.
type Input struct {
	CIB     *cib.Document // is only read
	Now     time.Time     // the effective time for rules and expiries
	RunID   int           // the transition's number; 1 when 0
	Explain bool          // keep the trace that "why" answers from
}

// Output is a decision.
type Output struct {
	Graph *graph.Transition
}

// ErrNoConfiguration is returned for a CIB without a configuration section.
var ErrNoConfiguration = errors.New("the CIB has no configuration section")

// Run decides. It reads no clock and changes nothing in its input; the same
// input gives the same output, byte for byte.
func Run(in Input) (*Output, error) {
	if in.CIB.Root().SelectElement("configuration") == nil {
		return nil, ErrNoConfiguration
	}
	return &Output{Graph: &graph.Transition{ID: max(in.RunID, 1)}}, nil
}
