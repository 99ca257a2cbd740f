package node

import (
	"slices"
	"strings"
	"time"
)

// addMonitor begins a recurring operation, in place of one with its key.
func (m *Machine) addMonitor(t *task, interval time.Duration) {
	id := t.action.Resource.ID
	key := opKey(id, t.action.Operation, interval.Milliseconds())
	m.removeMonitor(id, key)
	mon := &monitor{resource: id, key: key, order: t.order, action: t.action, interval: interval}
	x := m.exec
	x.monitors = append(x.monitors, mon)
	slices.SortStableFunc(x.monitors, func(a, b *monitor) int { return strings.Compare(a.key, b.key) })
	if delay := time.Duration(metaNumber(t.action, "start_delay")) * time.Millisecond; delay > 0 {
		mon.due = m.now.Add(delay)
		m.sooner(alarmMonitor, delay)
		return
	}
	m.runMonitor(mon)
}

func (m *Machine) runMonitor(mon *monitor) {
	mon.due = time.Time{}
	m.queue(&task{action: mon.action, monitor: mon})
}

// runDueMonitors runs what is due and sets the alarm for the rest.
func (m *Machine) runDueMonitors() {
	for _, mon := range slices.Clone(m.exec.monitors) {
		if mon.due.IsZero() || mon.gone {
			continue
		}
		if !m.now.Before(mon.due) {
			m.runMonitor(mon)
		} else {
			m.sooner(alarmMonitor, mon.due.Sub(m.now))
		}
	}
}

// monitorEnded reports a recurring result when it is the first or another
// one than last time, and sets the next run.
func (m *Machine) monitorEnded(t *task, ev ActionEnded) {
	mon := t.monitor
	if mon.gone {
		return
	}
	mon.due = m.now.Add(mon.interval)
	m.sooner(alarmMonitor, mon.interval)
	if mon.reported && mon.rc == ev.RC && mon.status == ev.Status {
		return
	}
	up := Update{Kind: UpdateResult, Key: mon.order, RC: ev.RC, Status: ev.Status, Reason: ev.ExitReason, History: historyOf(mon.action)}
	up.History.Entries = m.entries(t, ev)
	mon.reported, mon.rc, mon.status = true, ev.RC, ev.Status
	m.exec.hist.put(up.History)
	m.report(up)
}

// removeMonitor ends a recurring operation.
func (m *Machine) removeMonitor(resource, key string) {
	var early []*monitor
	x := m.exec
	x.monitors = slices.DeleteFunc(x.monitors, func(mon *monitor) bool {
		if mon.resource != resource || mon.key != key && key != "" {
			return false
		}
		mon.gone = true
		m.stopMonitor(mon)
		if !mon.reported { // whoever ordered it waits for a first result
			early = append(early, mon)
		}
		return true
	})
	for _, mon := range early {
		m.report(Update{Kind: UpdateCancelled, Key: mon.order, Status: OpDone, History: &ResourceHistory{ID: resource}, Drop: []string{mon.key}})
	}
}

// stopMonitor takes a run of a monitor back, or ends it.
func (m *Machine) stopMonitor(mon *monitor) {
	q := m.exec.agents[mon.resource]
	if q == nil {
		return
	}
	q.waiting = slices.DeleteFunc(q.waiting, func(t *task) bool { return t.monitor == mon })
	if q.running != nil && q.running.monitor == mon {
		m.emit(CancelAction{Key: q.running.key})
	}
}

// dropMonitors ends all recurring operations of a resource.
func (m *Machine) dropMonitors(resource string) {
	for _, mon := range slices.Clone(m.exec.monitors) {
		if mon.resource == resource {
			m.cancelMonitor(resource, mon.key, "")
		}
	}
}

// cancelMonitor ends a recurring operation and takes it out of the history.
func (m *Machine) cancelMonitor(resource, key, order string) {
	m.removeMonitor(resource, key)
	m.exec.hist.drop(resource, key)
	m.report(Update{Kind: UpdateCancelled, Key: order, Status: OpDone, History: &ResourceHistory{ID: resource}, Drop: []string{key}})
}
