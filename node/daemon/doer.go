package daemon

import (
	"context"
	"fmt"

	"crm/node"
	"crm/node/store"
)

// doer performs the machine's effects in order.
type doer struct {
	store   *store.Store
	tell    func(peer string, message []byte)
	stamp   func(text string)
	engine  *engineRoom
	agents  *agentRoom
	answers *answers
	notice  func(node.Level, string)
}

// run performs until the queue ends, an Exit comes or a store fails. It
// returns the Exit, or why it had to stop.
func (d *doer) run(ctx context.Context, effects *queue[job]) (node.Exit, error) {
	for {
		select {
		case <-ctx.Done():
			return node.Exit{Reason: "told to end at once"}, nil
		case <-effects.more:
		}
		batch := effects.take()
		for len(batch) > 0 {
			n, err := d.storeFirst(batch)
			if err != nil {
				return node.Exit{}, err
			}
			batch = batch[n:]
			if len(batch) == 0 {
				break
			}
			if exit, ok := batch[0].effect.(node.Exit); ok {
				return exit, nil
			}
			d.perform(ctx, batch[0])
			batch = batch[1:]
		}
	}
}

// storeFirst writes the run of Stores at the head of the batch with one sync
// and returns how many there were.
func (d *doer) storeFirst(batch []job) (int, error) {
	var stores []node.Store
	for _, j := range batch {
		s, ok := j.effect.(node.Store)
		if !ok {
			break
		}
		stores = append(stores, s)
	}
	if len(stores) == 0 {
		return 0, nil
	}
	if err := d.store.Apply(stores...); err != nil {
		return 0, fmt.Errorf("this member ends, because what it promised would not be on the disk: %w", err)
	}
	return len(stores), nil
}

func (d *doer) perform(ctx context.Context, j job) {
	if j.work != nil {
		j.work()
		return
	}
	switch e := j.effect.(type) {
	case node.Send:
		d.tell(e.To, e.Message.Encode())
	case node.Stamp:
		d.stamp(e.Text)
	case node.RunEngine:
		d.engine.ask(e)
	case node.RunAction:
		d.agents.run(ctx, e.Operation)
	case node.CancelAction:
		d.agents.cancel(e.Key)
	case node.Fence:
		d.agents.fence(ctx, e)
	case node.Answer:
		d.answers.give(e)
	case node.Note:
		d.notice(e.Level, e.Text)
	default:
		panic(fmt.Sprintf("unknown effect %T", e))
	}
}
