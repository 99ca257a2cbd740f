package daemon

import (
	"context"
	"time"

	"crm/node"
)

// think owns the machine: it steps it with what happens and hands the effects
// to the doer, until the machine exits or ctx ends.
func think(ctx context.Context, m *node.Machine, events *queue[node.Event], effects *queue[job]) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for exited := false; !exited; {
		select {
		case <-ctx.Done():
			return
		case <-events.more:
		case <-timer.C:
			exited = hand(effects, m.Step(time.Now(), node.Elapsed{}))
		}
		for _, ev := range events.take() {
			exited = hand(effects, m.Step(time.Now(), ev)) || exited
		}
		timer.Reset(max(0, time.Until(m.Deadline())))
	}
}

// hand gives effects to the doer and tells whether the last one is an Exit.
func hand(effects *queue[job], list []node.Effect) (exited bool) {
	if len(list) == 0 {
		return false
	}
	effects.push(jobs(list)...)
	_, exited = list[len(list)-1].(node.Exit)
	return exited
}

// job is something for the doer: an effect of the machine, or a piece of work
// that needs the store and must keep its place in the order.
type job struct {
	effect node.Effect
	work   func()
}

func jobs(effects []node.Effect) []job {
	all := make([]job, len(effects))
	for i, e := range effects {
		all[i].effect = e
	}
	return all
}
