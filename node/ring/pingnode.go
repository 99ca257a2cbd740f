package ring

import "time"

// answered notes that a ping node has answered.
func (r *Ring) answered(name string) {
	p := r.byName[name]
	if p == nil || !p.ping {
		return
	}
	p.lastHeard, p.deadline = r.now, r.now.Add(r.cfg.DeadPing)
	r.linkHeard(p, p.name, r.cfg.DeadPing)
	r.enter(p, Ping, false)
	p.heard = true
	r.join()
}

// patience is how long a node may be silent when it has not said so itself.
func (r *Ring) patience(p *peer) time.Duration {
	if p.ping {
		return r.cfg.DeadPing
	}
	return r.cfg.DeadTime
}
