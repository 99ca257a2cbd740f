package daemon

import (
	"context"

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
			out, err := engine.Run(q.Input)
			r.events.push(node.EngineAnswered{ID: q.ID, Output: out, Err: err})
		}
	}
}
