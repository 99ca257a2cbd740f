package daemon

import "sync"

// queue is a channel without a bound: pushing never waits, so no goroutine of
// the daemon can hold up another by being slow.
type queue[T any] struct {
	mu    sync.Mutex
	items []T
	more  chan struct{} // has one token while items may be waiting
}

func newQueue[T any]() *queue[T] { return &queue[T]{more: make(chan struct{}, 1)} }

func (q *queue[T]) push(items ...T) {
	q.mu.Lock()
	q.items = append(q.items, items...)
	q.mu.Unlock()
	select {
	case q.more <- struct{}{}:
	default:
	}
}

// take returns all that is waiting; nothing when there is nothing.
func (q *queue[T]) take() (items []T) {
	q.mu.Lock()
	defer q.mu.Unlock()
	items, q.items = q.items, nil
	return items
}

func (q *queue[T]) size() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items)
}
