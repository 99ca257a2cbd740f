package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/dbus"
)

// systemd starts and stops units by D-Bus.
type systemd struct{ r *Runner }

// unitFolders are where unit files are, for listing without a bus.
var unitFolders = []string{"/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"}

// Providers is nil: units have none.
func (c *systemd) Providers() []string { return nil }

// Types are the services that have a unit file, without ".service".
func (c *systemd) Types(string) []string {
	var names []string
	for _, dir := range unitFolders {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if name, ok := strings.CutSuffix(e.Name(), ".service"); ok {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// unit is the full unit name: a bare name is a service.
func unit(typ string) string {
	if dot := filepath.Ext(typ); dot != "" && slices.Contains([]string{".service", ".socket", ".mount", ".timer", ".path", ".target"}, dot) {
		return typ
	}
	return typ + ".service"
}

func (c *systemd) connect(ctx context.Context) (*dbus.Conn, error) {
	conn, err := dbus.NewSystemConnectionContext(ctx)
	if err == nil {
		return conn, nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("systemd cannot be reached: this machine has no system bus (/run/dbus/system_bus_socket)")
	}
	return nil, fmt.Errorf("systemd cannot be reached over D-Bus: %w", err)
}

// Metadata is made from the unit's description.
func (c *systemd) Metadata(ctx context.Context, ref Ref) ([]byte, error) {
	conn, err := c.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	property := func(name string) string {
		p, err := conn.GetUnitPropertyContext(ctx, unit(ref.Type), name)
		if err != nil {
			return ""
		}
		text, _ := p.Value.Value().(string)
		return text
	}
	if property("LoadState") != "loaded" {
		return nil, fmt.Errorf("systemd has no unit %s", unit(ref.Type))
	}
	return plainMetadata(ref.Type, "systemd unit file for "+ref.Type, property("Description")), nil
}

// Run starts, stops or looks at a unit.
func (c *systemd) Run(ctx context.Context, op Op) Result {
	conn, err := c.connect(ctx)
	if err != nil {
		return fail(NotConnected, GenericError, "%v", err)
	}
	defer conn.Close()
	name := unit(op.Ref.Type)
	switch op.Action {
	case "monitor", "status":
		return unitState(ctx, conn, name)
	case "start", "stop", "restart", "reload":
		return unitJob(ctx, conn, op.Action, name)
	}
	return fail(Done, Unimplemented, "a systemd unit has no action %s", op.Action)
}

// unitState gives ActiveState its OCF meaning.
func unitState(ctx context.Context, conn *dbus.Conn, name string) Result {
	load, err := conn.GetUnitPropertyContext(ctx, name, "LoadState")
	if err != nil {
		return ended(ctx, err)
	}
	if load.Value.Value() == "not-found" {
		return fail(NotInstalled, CodeNotInstalled, "systemd has no unit %s", name)
	}
	for { // in between is not an answer: wait for one, as long as the caller does
		active, err := conn.GetUnitPropertyContext(ctx, name, "ActiveState")
		if err != nil {
			return ended(ctx, err)
		}
		switch state, _ := active.Value.Value().(string); state {
		case "active", "reloading":
			return Result{RC: OK}
		case "activating", "deactivating":
			wait(ctx, 200*time.Millisecond)
		case "failed":
			return Result{RC: GenericError, ExitReason: name + " is failed"}
		default:
			return Result{RC: NotRunning}
		}
	}
}

// unitJob queues a job and waits for its end.
func unitJob(ctx context.Context, conn *dbus.Conn, action, name string) Result {
	done := make(chan string, 1)
	call := map[string]func(context.Context, string, string, chan<- string) (int, error){
		"start": conn.StartUnitContext, "stop": conn.StopUnitContext, "restart": conn.RestartUnitContext, "reload": conn.ReloadUnitContext}[action]
	if _, err := call(ctx, name, "replace", done); err != nil {
		return ended(ctx, err)
	}
	select {
	case <-ctx.Done():
		return Result{Status: Cancelled, RC: GenericError}
	case how := <-done:
		if how == "done" || (how == "skipped" && action == "stop") {
			return Result{RC: OK}
		}
		return fail(Done, GenericError, "systemd job %s %s ended as %q", action, name, how)
	}
}

func ended(ctx context.Context, err error) Result {
	if ctx.Err() != nil {
		return Result{Status: Cancelled, RC: GenericError}
	}
	if strings.Contains(err.Error(), "not found") || strings.Contains(err.Error(), "NoSuchUnit") {
		return fail(NotInstalled, CodeNotInstalled, "%v", err)
	}
	return fail(Failed, GenericError, "systemd: %v", err)
}
