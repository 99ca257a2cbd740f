package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// visitor asks a web page over and over and remembers when it was answered,
// and by which node.
type visitor struct {
	url    string
	client http.Client

	mu       sync.Mutex
	visits   []visit // the answered ones
	answered chan struct{}
}

// visit is one answer.
type visit struct {
	asked, answered time.Time
	by              string
}

// A visit that gets no answer must not hold up the next: many are on their way
// at once.
const (
	betweenVisits = 15 * time.Millisecond
	patience      = 600 * time.Millisecond // of one visit
)

func newVisitor(url string, dial func(ctx context.Context, network, addr string) (net.Conn, error)) *visitor {
	v := &visitor{url: url, answered: make(chan struct{}, 1)}
	v.client = http.Client{Timeout: patience, Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	return v
}

// run visits until ctx ends.
func (v *visitor) run(ctx context.Context) {
	tick := time.NewTicker(betweenVisits)
	defer tick.Stop()
	var going sync.WaitGroup
	defer going.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			going.Go(func() { v.visit(ctx) })
		}
	}
}

// visit asks once and keeps the answer, if there is one, in the order of the
// answers.
func (v *visitor) visit(ctx context.Context) {
	asked := time.Now()
	by, err := v.once(ctx)
	if err != nil {
		return
	}
	v.mu.Lock()
	v.visits = append(v.visits, visit{asked, time.Now(), by})
	v.mu.Unlock()
	select {
	case v.answered <- struct{}{}:
	default:
	}
}

func (v *visitor) once(ctx context.Context) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.url, nil)
	if err != nil {
		return "", err
	}
	resp, err := v.client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the page answers %s", resp.Status)
	}
	return resp.Header.Get("Served-By"), nil
}

// servedBy waits until a visit that began after since is answered by a node
// that want accepts.
func (v *visitor) servedBy(ctx context.Context, since time.Time, want func(string) bool) (visit, error) {
	for {
		v.mu.Lock()
		for _, visit := range v.visits {
			if visit.asked.After(since) && want(visit.by) {
				v.mu.Unlock()
				return visit, nil
			}
		}
		v.mu.Unlock()
		select {
		case <-ctx.Done():
			return visit{}, fmt.Errorf("%s is not answered as expected: %w", v.url, ctx.Err())
		case <-v.answered:
		}
	}
}

// silence is the longest time without an answer since a moment.
func (v *visitor) silence(since time.Time) time.Duration {
	v.mu.Lock()
	defer v.mu.Unlock()
	var longest time.Duration
	for i := 1; i < len(v.visits); i++ {
		if v.visits[i].answered.After(since) {
			longest = max(longest, v.visits[i].answered.Sub(v.visits[i-1].answered))
		}
	}
	return longest
}
