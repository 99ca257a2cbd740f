package node

import "time"

// Config is what a Machine is made from. Durations that are zero get the
// defaults of withDefaults.
type Config struct {
	// Name is this member's node name; it must be one of Members.
	Name string
	// Members are all configured nodes (the node lines of ha.cf).
	Members []string
	// Seed spreads elections; any number that differs between members.
	Seed uint64
	// Process is a name for this process that no other process ever had: 36
	// characters, the form of a UUID. It ends up in transition keys.
	Process string
	// Jobs is how many agents this member is willing to run for a transition
	// at a time; twice the number of cores is usual. Default 8.
	Jobs int
	// Stored is what the disk held at start; nil for a new member.
	Stored *Stored

	// Beat is how often a member is heard of while something happens, and how
	// often its stamp changes while nothing does. Default 200 ms.
	Beat time.Duration
	// Election is the silence of the leader after which another is elected,
	// and the time after which a leader that hears from no majority gives
	// up. Default 2 s; it should not be longer than deadtime, nor shorter than
	// one and a half keepalive.
	Election time.Duration
	// Retry is how soon an unanswered message is repeated. Default 500 ms.
	Retry time.Duration
	// JoinWait is how long a new DC waits for live members before it decides
	// without them. Default 20 s.
	JoinWait time.Duration
	// AskWait is how long a request may wait for a DC. Default 30 s.
	AskWait time.Duration
	// FenceHold is how long the member that was not DC lets the other of two
	// shoot first. Default 2 s.
	FenceHold time.Duration
	// StopWait ends a shutdown that does not come to its end. Default 20 min.
	StopWait time.Duration
}

// Stored is what the disk held: the sum of all Store effects so far.
type Stored struct {
	Snapshot  []byte
	Entries   []LogEntry
	HardState []byte
	Lineage   []byte
	Conflicts int // configurations kept under conflicts/
}

func (c Config) withDefaults() Config {
	or := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	if c.Jobs == 0 {
		c.Jobs = 8
	}
	or(&c.Beat, 200*time.Millisecond)
	or(&c.Election, 2*time.Second)
	or(&c.Retry, 500*time.Millisecond)
	or(&c.JoinWait, 20*time.Second)
	or(&c.AskWait, 30*time.Second)
	or(&c.FenceHold, 2*time.Second)
	or(&c.StopWait, 20*time.Minute)
	return c
}
