package daemon

import (
	"context"
	"fmt"

	"crm/engine"
	"crm/node"
)

// engineRoom runs the policy engine, one decision at a time. Of the questions
// that wait only the newest matters.
type engineRoom struct {
	questions chan node.RunEngine // holds one
	events    *queue[node.Event]
}

func newEngineRoom(events *queue[node.Event]) *engineRoom {
	return &engineRoom{questions: make(chan node.RunEngine, 1), events: events}
}

// ask replaces the question that waits. Only the doer calls it.
func (r *engineRoom) ask(q node.RunEngine) {
	select {
	case <-r.questions:
	default:
	}
	r.questions <- q
}

func (r *engineRoom) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case q := <-r.questions:
			out, err := decide(q.Input)
			r.events.push(node.EngineAnswered{ID: q.ID, Output: out, Err: err})
		}
	}
}

// decide survives a fault in the engine. A panic here would end this member,
// then the next DC over the same CIB, and so all of them.
func decide(in engine.Input) (out *engine.Output, err error) {
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, fmt.Errorf("the policy engine failed over this CIB, which is a bug: %v", r)
		}
	}()
	return engine.Run(in)
}
