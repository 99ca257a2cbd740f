package node

import "time"

// alarm is one reason to be stepped when nothing happens.
type alarm int

const (
	alarmBeat     alarm = iota // the leader of the log is heard of
	alarmElection              // the leader was silent for too long
	alarmHello                 // say who and how we are
	alarmStamp                 // say that we are as we said, or what is new
	alarmDoubt                 // the leader was silent for almost as long as it may be
	alarmUpdates               // repeat results that the DC did not confirm
	alarmMonitor               // a recurring operation is due
	alarmOrders                // repeat orders that members did not answer
	alarmMirror                // tell members what the others' histories are
	alarmJoin                  // stop waiting for members to join
	alarmEngine                // think again: recheck, or a pause is over
	alarmAsks                  // a request waited for too long
	alarmDamped                // attributes did not change any more
	alarmPair                  // one of two: fence the dead peer, or try again
	alarmStop                  // a shutdown does not come to its end
	alarms
)

func (m *Machine) set(a alarm, in time.Duration) { m.alarms[a] = m.now.Add(in) }

// align sets an alarm for the first stroke of the machine's beat that is not
// before a while has passed. What repeats with each beat then falls together,
// and the member is woken once for all of it.
func (m *Machine) align(a alarm, in time.Duration) {
	strokes := (m.now.Add(in).Sub(m.born) + m.cfg.Beat - 1) / m.cfg.Beat
	m.alarms[a] = m.born.Add(strokes * m.cfg.Beat)
}

// sooner sets an alarm unless it is set for an earlier time.
func (m *Machine) sooner(a alarm, in time.Duration) {
	if at := m.now.Add(in); m.alarms[a].IsZero() || at.Before(m.alarms[a]) {
		m.alarms[a] = at
	}
}

func (m *Machine) clear(a alarm) { m.alarms[a] = time.Time{} }

func (m *Machine) isSet(a alarm) bool { return !m.alarms[a].IsZero() }

// ring performs the alarms that are due.
func (m *Machine) ringAlarms() {
	for a := range alarms {
		if at := m.alarms[a]; at.IsZero() || m.now.Before(at) {
			continue
		}
		m.clear(a)
		switch a {
		case alarmBeat:
			m.beat()
		case alarmElection:
			m.leaderSilent()
		case alarmHello:
			m.hello()
		case alarmStamp:
			m.restate()
		case alarmDoubt:
			m.want(m.leader())
		case alarmUpdates:
			m.repeatUpdates()
		case alarmMonitor:
			m.runDueMonitors()
		case alarmOrders:
			m.repeatOrders()
		case alarmMirror:
			m.mirror()
		case alarmJoin:
			m.think("the wait for members to join is over")
		case alarmEngine:
			m.think("time to look again")
		case alarmAsks:
			m.repeatAsks()
		case alarmDamped:
			m.writeDamped()
		case alarmPair:
			m.pair()
		case alarmStop:
			m.stopTookTooLong()
		}
	}
}

// Deadline is when Step(now, Elapsed{}) is due at the latest. It changes with
// every step; the zero time says that nothing is due.
func (m *Machine) Deadline() time.Time {
	if m.exited {
		return time.Time{}
	}
	var first time.Time
	for _, at := range m.alarms {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}

// chance is a small generator (splitmix64), so that elections are spread
// without a random source.
type chance uint64

func (c *chance) below(n time.Duration) time.Duration {
	*c += 0x9e3779b97f4a7c15
	z := uint64(*c)
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	z ^= z >> 31
	if n <= 0 {
		return 0
	}
	return time.Duration(z % uint64(n))
}
