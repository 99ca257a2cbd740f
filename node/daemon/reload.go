package daemon

import (
	"context"

	"crm/node"
)

// reloads reads the keys again when asked to, as heartbeat does on SIGHUP. A
// file that is wrong changes nothing: a member that runs is worth more than
// one that follows.
func (d *Daemon) reloads(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case _, open := <-d.opts.Reload:
			if !open {
				return
			}
			d.reload()
		}
	}
}

func (d *Daemon) reload() {
	keys, err := readKeys(d.opts)
	if err != nil {
		d.notice(node.Error, "the keys stay as they were: "+err.Error())
		return
	}
	d.media.Rekey(keys)
	d.sealed.Rekey(keys)
	d.beater.rekey(keys)
	if pings := d.beside.pings; pings != nil {
		d.beater.ask(func() { pings.Rekey(keys) })
	}
	d.notice(node.Info, "the keys were read again; changes of ha.cf need a restart")
}
