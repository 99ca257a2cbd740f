package daemon

import "sync"

// queue is a channel without a bound: pushing never waits, so no goroutine of
// the daemon can hold up another by being slow.
type queue[T any] struct {
	mu     sync.Mutex
	items  []T
	closed bool
	more   chan struct{} // has one token while items may be waiting
}

func newQueue[T any]() *queue[T] { return &queue[T]{more: make(chan struct{}, 1)} }

// push adds items; after close they are dropped.
func (q *queue[T]) push(items ...T) {
	q.mu.Lock()
	if !q.closed {
		q.items = append(q.items, items...)
	}
	q.mu.Unlock()
	q.wake()
}

func (q *queue[T]) wake() {
	select {
	case q.more <- struct{}{}:
	default:
	}
}

// take returns all that is waiting; nothing when there is nothing. open is
// false when the queue is closed and empty.
func (q *queue[T]) take() (items []T, open bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	items, q.items = q.items, nil
	return items, len(items) > 0 || !q.closed
}

func (q *queue[T]) size() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items)
}

// close lets take end once it is empty.
func (q *queue[T]) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.wake()
}
