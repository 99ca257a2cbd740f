package ring

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"crm/node/wire"
)

// controlled takes a message that has no sequence number.
func (r *Ring) controlled(p *peer, kind string, m *wire.Message) {
	if !r.isMe(m.Get(wire.Dest)) {
		return
	}
	switch kind {
	case "NS_ackmsg":
		if seq, err := strconv.ParseUint(m.Get(wire.AckSeq), 16, 64); err == nil && seq <= r.seq {
			p.acked = max(p.acked, seq)
		}
	case "NS_rexmit":
		r.resend(p, m)
	case "NS_nak_rexmit":
		seq, err := strconv.ParseUint(m.Get(wire.FirstSeq), 16, 64)
		i := slices.IndexFunc(p.missing, func(x missing) bool { return x.seq == seq })
		if err == nil && i >= 0 {
			p.missing = slices.Delete(p.missing, i, i+1)
			r.note(Warn, "message "+hex(seq)+" of "+p.name+" is lost for ever: "+m.Get(wire.Info))
		}
	}
}

// isMe tells whether a message is addressed to this member.
func (r *Ring) isMe(dest string) bool { return strings.EqualFold(dest, r.cfg.Self) }

// resend sends again what a peer missed, as far as it is still there.
func (r *Ring) resend(p *peer, m *wire.Message) {
	first, err1 := strconv.ParseUint(m.Get(wire.FirstSeq), 10, 64)
	last, err2 := strconv.ParseUint(m.Get(wire.LastSeq), 10, 64)
	if err1 != nil || err2 != nil || first == 0 || last < first {
		r.complain(Warn, "request of "+p.name+" for messages "+m.Get(wire.FirstSeq)+" to "+m.Get(wire.LastSeq)+" makes no sense: dropped")
		return
	}
	if last > r.seq {
		r.complain(Warn, "request of "+p.name+" for message "+hex(last)+", the last one was "+hex(r.seq))
		last = r.seq
	}
	last = min(last, first+mostRexmit-1)
	for seq := first; seq <= last; seq++ {
		if seq <= p.acked {
			continue
		}
		again, sent := r.history.find(seq)
		if again == nil {
			reason := "seqno not found"
			if seq+keep <= r.seq {
				reason = "seqno too low"
			}
			r.refuse(p.name, hex(seq), reason)
			continue
		}
		if r.now.Sub(*sent) < r.cfg.RexmitDelay-10*time.Millisecond {
			continue
		}
		*sent = r.now
		r.out = append(r.out, Effect{Kind: Send, Message: again, Node: p.name})
	}
}

// refuse tells a peer to ask no more for a message.
func (r *Ring) refuse(peer, seq, reason string) {
	r.say(wire.New("NS_nak_rexmit").Add(wire.Dest, peer).Add(wire.FirstSeq, seq).Add(wire.Info, reason))
}

// dispatch takes a new sequenced message.
func (r *Ring) dispatch(p *peer, kind string, seq uint64, m *wire.Message) {
	if kind == "status" {
		state := p.state
		r.statusOf(p, seq, m)
		if r.verdict = Unchanged; p.state != state {
			r.verdict = Told
		}
		return
	}
	if dest, ok := m.Lookup(wire.Dest); ok && !r.isMe(dest) {
		return
	}
	r.verdict = Protocol
	switch kind {
	case "reqnodes":
		all := strings.Join(r.names(), " ") + " "
		r.say(wire.New("repnodes").Add(wire.Dest, p.name).Add(wire.NodeList, all).Add(wire.DelNodes, strings.Join(r.deleted, " ")+" "))
	case "repnodes":
		r.nodesOf(p, m)
	case "shutdone":
		if p.left {
			return
		}
		p.left = true
		r.remember(p)
		r.note(Info, "node "+p.name+" says goodbye")
		r.enter(p, Dead, true)
	case wire.AddNode, wire.DelNode:
		r.renode(p.name, kind, m)
	default:
		r.verdict = Told
		r.out = append(r.out, Effect{Kind: Deliver, Node: p.name, Message: m})
	}
}

func (r *Ring) statusOf(p *peer, seq uint64, m *wire.Message) {
	if seq < p.statusSeq || p.left {
		return // an old beat proves nothing
	}
	p.statusSeq = seq
	dt := r.cfg.DeadTime
	if ms, err := strconv.ParseUint(m.Get(wire.DeadTime), 16, 32); err == nil && ms > 0 {
		dt = min(time.Duration(ms)*time.Millisecond, longestDT)
	}
	if silent := r.now.Sub(p.lastHeard); p.heard && p.state != Dead && r.cfg.WarnTime > 0 && silent > r.cfg.WarnTime {
		r.note(Warn, "late heartbeat of "+p.name+": after "+silent.Round(time.Millisecond).String()+" (warntime)")
	}
	p.deadTime, p.lastHeard, p.deadline = dt, r.now, r.now.Add(dt)
	state := State(m.Get(wire.State))
	switch state {
	case Init, Up, Active:
	default:
		r.complain(Warn, "node "+p.name+" says it is "+strconv.Quote(string(state))+": taken as up")
		state = Up
	}
	returning := p.heard && p.state == Dead && !p.fresh
	if returning {
		r.note(Warn, "node "+p.name+" returns after a partition")
	}
	r.enter(p, state, returning)
	p.heard, p.fresh = true, false
	if stamp := m.Get(wire.Stamp); stamp != p.stamp {
		p.stamp = stamp
		r.out = append(r.out, Effect{Kind: Stamp, Node: p.name, Text: stamp})
	}
	if !r.now.Before(p.rememberAt) {
		r.remember(p)
	}
	r.join()
}
