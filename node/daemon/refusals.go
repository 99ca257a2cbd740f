package daemon

import (
	"net/netip"
	"sync"
	"time"

	"crm/node"
)

// refusedEvery bounds the lines in the log about packets that were not
// believed: a flood must not fill the disk.
const refusedEvery = 10 * time.Second

// refusals counts packets that were not believed and tells of them now and
// then.
type refusals struct {
	notice func(node.Level, string)
	quiet  bool // log_badpack off

	mu     sync.Mutex
	next   time.Time
	silent int
}

func (r *refusals) see(link string, from netip.AddrPort, err error) {
	if r.quiet {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	if now.Before(r.next) {
		r.silent++
		return
	}
	r.say(link, from, err, r.silent)
	r.silent, r.next = 0, now.Add(refusedEvery)
}
