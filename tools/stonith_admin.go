package tools

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"crm/engine/score"
	"crm/node"
	"crm/node/agent"
	"crm/node/stonith"
)

var fenceFlags = []flag{
	{'?', "help", false}, {0, "help-all", false}, {'$', "version", false}, {'V', "verbose", false}, {'q', "quiet", false},
	{'R', "register", true}, {'D', "deregister", true}, {'r', "register-level", true}, {'d', "deregister-level", true},
	{'l', "list", true}, {'L', "list-registered", false}, {'I', "list-installed", false}, {'s', "list-targets", true}, {'M', "metadata", false},
	{'Q', "query", true}, {'H', "history", true}, {'h', "last", true}, {'K', "validate", false}, {'F', "fence", true}, {'U', "unfence", true},
	{'B', "reboot", true}, {'C', "confirm", true}, {'c', "cleanup", false}, {'b', "broadcast", false}, {'a', "agent", true}, {'o', "option", true},
	{'e', "env-option", true}, {'T', "tag", true}, {'v', "device", true}, {'i', "index", true}, {'t', "timeout", true}, {'y', "delay", true},
	{'n', "as-node-id", false}, {0, "tolerance", true}, {0, "output-as", true}, {0, "output-to", true},
}

const fenceHelp = `stonith_admin - fence nodes, and ask about fence devices
Usage: stonith_admin COMMAND [OPTION...]

Fencing:
 -F, --fence=NODE           switch a node off
 -B, --reboot=NODE          reboot it
 -U, --unfence=NODE         switch it on
 -C, --confirm=NODE         it is down for certain: you have looked
 -t, --timeout=TIME         how long to wait for the answer (120s)
 -y, --delay=TIME           wait so long first
Questions:
 -H, --history=NODE         the last fencing of a node, of all nodes for '*';
                            -V: all fencings, -q: when, -c: forget them
 -h, --last=NODE            when a node was fenced last
 -L, --list-registered      the fence devices of this cluster
 -l, --list=NODE            those that can fence a node
 -s, --list-targets=DEVICE  the nodes that a device can fence
 -Q, --query=DEVICE         ask a device whether it is well
 -I, --list-installed       the fence agents of this machine
 -M, --metadata -a AGENT    the meta-data of one

Devices and levels are part of the configuration: crm configure primitive ID
stonith:AGENT, crm configure fencing_topology (not -R, -D, -r, -d).
`

// fenceCall is one call of stonith_admin.
type fenceCall struct {
	std   Streams
	store store
	set   map[string]bool
	text  map[string]string
	open  func() store
}

// FenceAdmin is stonith_admin: fencing by hand, and questions about it.
func FenceAdmin(args []string, std Streams) int {
	f := &fenceCall{std: std, set: map[string]bool{}, text: map[string]string{}, open: openStore}
	return f.call(args)
}

func (f *fenceCall) call(args []string) int {
	words, err := getopt(fenceFlags, args, func(long, value string) error {
		f.set[long], f.text[long] = true, value
		return nil
	})
	if err == nil && len(words) > 0 {
		err = fmt.Errorf("unexpected word %q, expected only options", words[0])
	}
	if err != nil {
		return ended(f.std, "stonith_admin", fail(exitUsage, "%w", err))
	}
	return ended(f.std, "stonith_admin", f.run())
}

func (f *fenceCall) run() error {
	switch {
	case f.set["help"] || f.set["help-all"]:
		_, err := io.WriteString(f.std.Out, fenceHelp)
		return err
	case f.set["version"]:
		return printed(f.std, "stonith_admin of crm", nil)
	case f.set["list-installed"]:
		return f.found(f.agents(), "fence device")
	case f.set["metadata"]:
		return f.metadata()
	}
	for _, name := range []string{"register", "deregister", "register-level", "deregister-level", "validate"} {
		if f.set[name] {
			return fail(exitUnavailable, "--%s: fence devices and their levels are part of the configuration, expected "+
				"\"crm configure primitive ID stonith:AGENT\" or \"crm configure fencing_topology\", \"crm configure verify\"", name)
		}
	}
	f.store = f.open()
	for _, c := range []struct {
		name string
		do   func(what string) error
	}{{"fence", f.fence("off")}, {"reboot", f.fence("reboot")}, {"unfence", f.fence("on")}, {"confirm", f.confirm}, {"history", f.history}, {"last", f.last},
		{"list-registered", f.registered}, {"list", f.reaching}, {"list-targets", f.targets}, {"query", f.query}} {
		if f.set[c.name] {
			return c.do(f.text[c.name])
		}
	}
	return fail(exitUsage, "no command is given, expected one like -F NODE, -H NODE, -L; --help tells all")
}

// found prints a list, and how many there are.
func (f *fenceCall) found(list []string, what string) error {
	for _, line := range list {
		fmt.Fprintln(f.std.Out, line)
	}
	if len(list) != 1 {
		what += "s"
	}
	_, err := fmt.Fprintf(f.std.Out, "%d %s found\n", len(list), what)
	return err
}

func (f *fenceCall) fencer() *stonith.Fencer { return stonith.New(agent.Configured(os.Environ())) }

func (f *fenceCall) agents() []string { return f.fencer().Types("") }

func (f *fenceCall) metadata() error {
	if !f.set["agent"] {
		return fail(exitUsage, "Please specify an agent to query using -a,--agent [value]")
	}
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	text, err := f.fencer().Metadata(ctx, agent.Ref{Class: agent.Stonith, Type: f.text["agent"]})
	if err != nil {
		return fail(exitNotFound, "Can't get fence agent meta-data: %w", err)
	}
	_, err = fmt.Fprintln(f.std.Out, strings.TrimSpace(string(text)))
	return err
}

// fence is a command that fences a node.
func (f *fenceCall) fence(action string) func(string) error {
	return func(target string) error {
		limit, err := f.span("timeout", 2*time.Minute)
		if err != nil {
			return err
		}
		delay, err := f.span("delay", 0)
		if err != nil {
			return err
		}
		return f.store.act(node.Request{Verb: node.VerbFence, Node: target, Value: action, Wait: delay, Note: f.client()}, limit+delay)
	}
}

// client is what the history calls this call.
func (f *fenceCall) client() string {
	return orElse(f.text["tag"], fmt.Sprintf("stonith_admin.%d", os.Getpid()))
}

// span reads a time option.
func (f *fenceCall) span(name string, otherwise time.Duration) (time.Duration, error) {
	if !f.set[name] {
		return otherwise, nil
	}
	ms, ok := score.Interval(f.text[name])
	if !ok || f.text[name] == "" {
		return 0, fail(exitUsage, "--%s %q, expected a time like 20s", name, f.text[name])
	}
	return time.Duration(ms) * time.Millisecond, nil
}

func (f *fenceCall) confirm(target string) error {
	return f.store.act(node.Request{Verb: node.VerbConfirm, Node: target, Note: f.client()}, patience)
}

// history tells of the last successful fencing, with -V of all.
func (f *fenceCall) history(target string) error {
	if f.set["cleanup"] {
		forget := strings.TrimPrefix(target, "*")
		return f.store.act(node.Request{Verb: node.VerbForgetFenceEvents, Node: forget}, patience)
	}
	events, err := f.store.fenceEvents()
	if err != nil {
		return err
	}
	var lines []string
	told := map[string]bool{}
	for _, s := range newestFirst(events, target) {
		switch {
		case f.set["verbose"]:
			lines = append(lines, fullFenceLine(s, "completed"))
		case s.OK && !told[s.Target]:
			told[s.Target] = true
			if f.set["quiet"] {
				fmt.Fprintln(f.std.Out, s.Ended)
			}
			lines = append(lines, fullFenceLine(s, "last-successful"))
		}
	}
	if f.set["quiet"] {
		return nil
	}
	return f.found(lines, "event")
}

// fullFenceLine tells of a fencing in stonith_admin's way.
func fullFenceLine(s node.FenceEvent, dated string) string {
	state, by := "successful", s.By
	switch {
	case s.Ended == 0:
		return fmt.Sprintf("%s of %s pending: client=%s, origin=%s", fenceVerb(s.Action), s.Target, s.Client, s.Origin)
	case !s.OK:
		state = "failed"
	}
	return fmt.Sprintf("%s of %s %s: delegate=%s, client=%s, origin=%s, %s='%s'%s", fenceVerb(s.Action), s.Target, state, by, s.Client, s.Origin, dated,
		fenceTime(s.Ended), reasonGiven(s))
}

func (f *fenceCall) last(target string) error {
	events, err := f.store.fenceEvents()
	if err != nil {
		return err
	}
	for _, s := range newestFirst(events, target) {
		if s.OK {
			return printed(f.std, "Node "+target+" last fenced at: "+fenceTime(s.Ended), nil)
		}
	}
	return printed(f.std, "Node "+target+" has never been fenced", nil)
}

// devices are the fence devices of the cluster.
func (f *fenceCall) devices() ([]stonith.Device, error) {
	d, err := f.store.read()
	if err != nil {
		return nil, err
	}
	var all []stonith.Device
	for _, device := range node.FenceDevices(d) {
		params := map[string]string{}
		for _, p := range device.Params {
			params[p.Name] = p.Value
		}
		all = append(all, stonith.Device{ID: device.ID, Type: device.Type, Params: params})
	}
	return all, nil
}

func (f *fenceCall) registered(string) error {
	devices, err := f.devices()
	if err != nil {
		return err
	}
	var ids []string
	for _, d := range devices {
		ids = append(ids, d.ID)
	}
	return f.found(ids, "fence device")
}

// reaching lists the devices that can fence a node.
func (f *fenceCall) reaching(target string) error {
	devices, err := f.devices()
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	return f.found(f.fencer().Devices(ctx, devices, target), "fence device")
}

// targets lists the nodes that a device can fence.
func (f *fenceCall) targets(id string) error {
	d, err := f.device(id)
	if err != nil {
		return err
	}
	members, err := f.store.members()
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	var names []string
	fencer := f.fencer()
	for _, m := range members {
		if len(fencer.Devices(ctx, []stonith.Device{d}, m.Name)) > 0 {
			names = append(names, m.Name)
		}
	}
	return f.found(names, "target")
}

func (f *fenceCall) device(id string) (stonith.Device, error) {
	devices, err := f.devices()
	for _, d := range devices {
		if d.ID == id {
			return d, err
		}
	}
	if err == nil {
		err = fail(exitNotFound, "there is no fence device %q", id)
	}
	return stonith.Device{}, err
}

// query asks a device whether it is well.
func (f *fenceCall) query(id string) error {
	d, err := f.device(id)
	if err != nil {
		return err
	}
	limit, err := f.span("timeout", 2*time.Minute)
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(context.Background(), limit)
	defer stop()
	r := f.fencer().Run(ctx, agent.Op{Ref: agent.Ref{Class: agent.Stonith, Type: d.Type}, Resource: d.ID, Action: "start", Params: d.Params, Timeout: limit})
	if r.RC != agent.OK || r.Status != agent.Done {
		return fail(exitError, "fence device %s is not well: %s", id, orElse(r.ExitReason, "it gave no reason"))
	}
	return nil
}
