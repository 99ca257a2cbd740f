package respawn

import "time"

// The limits of heartbeat: a program that ends this often, each time this soon
// after its start, is broken and is left alone.
const (
	DefaultShort = 30 * time.Second
	mostShort    = 10
	exitForGood  = 100 // the exit code that means: do not start me again
)

type verdict int

const (
	again  verdict = iota
	done           // it asked not to be started again
	giveUp         // it ends too soon, too often
)

// tally counts the runs in a row that ended too soon.
type tally struct{ short int }

// ended judges one end. The code is negative when there was none (a signal, or
// it did not start).
func (t *tally) ended(code int, ran, short time.Duration) verdict {
	if code == exitForGood {
		return done
	}
	if ran >= short {
		t.short = 0
		return again
	}
	if t.short++; t.short > mostShort {
		return giveUp
	}
	return again
}
