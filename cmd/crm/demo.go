package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"crm/examples"
	"crm/node"
	"crm/node/control"
	"crm/node/lab"
)

// The page of examples/webserver.crm.
const (
	demoIP   = "10.77.0.100"
	demoPort = "8080"
)

// stepLimit is how long anything in the demonstration may take.
const stepLimit = 60 * time.Second

// demo shows the main job in a lab: a script goes in, a cluster runs it, a
// node dies, the service moves.
type demo struct {
	lab      *lab.Lab
	binary   string
	out      io.Writer
	visitor  *visitor
	door     *control.Client
	steps    []demoStep
	started  time.Time
	killed   string // the member whose daemon was killed on purpose
	killedAt time.Time
}

// demoStep is a line of the table at the end.
type demoStep struct {
	what    string
	took    time.Duration
	silence time.Duration // what the visitor saw, 0: nothing of it
	visited bool
}

// run goes through the whole demonstration; an error means that something that
// should have happened did not.
func (d *demo) run(ctx context.Context, started time.Time) error {
	page := d.lab.Localize("http://" + net.JoinHostPort(demoIP, demoPort) + "/")
	d.visitor = newVisitor(page, d.lab.DialContext)
	d.door = control.Dial(d.lab.Sockets())
	visits, stop := context.WithCancel(ctx)
	defer stop()

	d.title("The lab: %s", d.lab.Describe())
	d.started = started
	if err := d.step(ctx, func(ctx context.Context) error {
		return d.together(ctx, "members started, joined and with quorum", started)
	}); err != nil {
		return err
	}
	go d.visitor.run(visits)
	for _, step := range []func(context.Context) error{d.feed, d.standby, d.online, d.kill, d.comeBack} {
		if err := d.step(ctx, step); err != nil {
			return err
		}
	}
	d.summary()
	return nil
}

func (d *demo) step(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	return do(ctx)
}

func (d *demo) title(format string, args ...any) {
	fmt.Fprintf(d.out, "\n== "+format+"\n", args...)
}

func (d *demo) say(format string, args ...any) { fmt.Fprintf(d.out, "   "+format+"\n", args...) }

func (d *demo) done(s demoStep) { d.steps = append(d.steps, s) }

// crm runs the shell's own command line and shows it.
func (d *demo) crm(ctx context.Context, args ...string) error {
	fmt.Fprintf(d.out, "$ crm %s\n", strings.Join(args, " "))
	cmd := exec.CommandContext(ctx, d.binary, args...)
	cmd.Env = labEnv(d.lab)
	cmd.Stdout, cmd.Stderr = d.out, d.out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("crm %s: %w", strings.Join(args, " "), err)
	}
	return nil
}

// together waits until all members have found each other and a DC.
func (d *demo) together(ctx context.Context, what string, started time.Time) error {
	if err := together(ctx, d.lab, d.killed); err != nil {
		return err
	}
	took := time.Since(started)
	d.say("all members are in the cluster after %s", seconds(took))
	d.done(demoStep{what: what, took: took})
	return nil
}

// together waits until all members of a lab are in the cluster. A daemon that
// has ended is an error, unless it is the one that was killed on purpose.
func together(ctx context.Context, l *lab.Lab, killed string) error {
	door := control.Dial(l.Sockets())
	for {
		reply, err := door.Ask(ctx, node.Request{Verb: node.VerbMembers})
		if err == nil && joined(reply.Members) == len(l.Members) {
			return nil
		}
		if dead := ended(ctx, l, killed); dead != "" {
			return fmt.Errorf("the daemon of %s has ended", dead)
		}
		if !pause(ctx, 20*time.Millisecond) {
			return fmt.Errorf("the members do not come together: %w", errors.Join(ctx.Err(), err))
		}
	}
}

// ended is a member whose daemon does not run although its power is on.
func ended(ctx context.Context, l *lab.Lab, killed string) string {
	states, err := l.States(ctx)
	if err != nil {
		return ""
	}
	for _, m := range l.Members {
		if states[m.Name] == lab.Down && m.Name != killed {
			return m.Name
		}
	}
	return ""
}

func joined(members []node.MemberInfo) int {
	n, dc := 0, false
	for _, m := range members {
		if m.Joined {
			n++
		}
		dc = dc || m.DC
	}
	if !dc {
		return 0
	}
	return n
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// settled waits until the cluster has nothing left to do.
func (d *demo) settled(ctx context.Context) error {
	reply, err := d.door.Ask(ctx, node.Request{Verb: node.VerbWait})
	if err == nil && reply.Refused != node.NotRefused {
		err = fmt.Errorf("the cluster does not settle: %s (%s)", reply.Text, reply.Refused)
	}
	return err
}

// feed gives the example to the cluster as any script.
func (d *demo) feed(ctx context.Context) error {
	d.title("A script goes in")
	file := filepath.Join(d.lab.Dir, "webserver.crm")
	if err := os.WriteFile(file, []byte(d.lab.Localize(examples.Webserver)), 0o600); err != nil {
		return err
	}
	start := time.Now()
	if err := d.crm(ctx, "-f", file); err != nil {
		return err
	}
	committed := time.Now()
	first, err := d.visitor.servedBy(ctx, start, anyNode)
	if err != nil {
		return err
	}
	if err := d.settled(ctx); err != nil {
		return err
	}
	d.say("the page answers from %s, %s after the script was given", first.by, seconds(first.answered.Sub(start)))
	d.done(demoStep{what: "script to committed configuration", took: committed.Sub(start)})
	d.done(demoStep{what: "committed to first answer of the page", took: max(0, first.answered.Sub(committed))})
	return d.crm(ctx, "status")
}

func anyNode(string) bool { return true }

// active is the node that answers now.
func (d *demo) active(ctx context.Context) (string, error) {
	v, err := d.visitor.servedBy(ctx, time.Now(), anyNode)
	return v.by, err
}

// standby sends the active node on standby.
func (d *demo) standby(ctx context.Context) error {
	from, err := d.active(ctx)
	if err != nil {
		return err
	}
	d.title("The active node, %s, goes on standby", from)
	return d.moves(ctx, from, "standby: another node answers", func() error { return d.crm(ctx, "node", "standby", from) })
}

// moves does something to a node and watches the page go elsewhere.
func (d *demo) moves(ctx context.Context, from, what string, do func() error) error {
	start := time.Now()
	if err := do(); err != nil {
		return err
	}
	v, err := d.visitor.servedBy(ctx, start, func(by string) bool { return by != from })
	if err != nil {
		return err
	}
	if err := d.settled(ctx); err != nil {
		return err
	}
	took, silence := v.answered.Sub(start), d.visitor.silence(start)
	d.say("%s answers after %s; the visitor was without an answer for %s", v.by, seconds(took), seconds(silence))
	d.done(demoStep{what: what, took: took, silence: silence, visited: true})
	return d.crm(ctx, "status")
}

// online brings the node on standby back.
func (d *demo) online(ctx context.Context) error {
	home := d.lab.Members[0].Name // where the example's location constraint wants it
	d.title("%s comes back online", home)
	start := time.Now()
	if err := d.crm(ctx, "node", "online", home); err != nil {
		return err
	}
	v, err := d.visitor.servedBy(ctx, start, func(by string) bool { return by == home })
	if err != nil {
		return err
	}
	if err := d.settled(ctx); err != nil {
		return err
	}
	took, silence := v.answered.Sub(start), d.visitor.silence(start)
	d.say("%s answers again after %s; the visitor was without an answer for %s", home, seconds(took), seconds(silence))
	d.done(demoStep{what: "online: the page is back at its home", took: took, silence: silence, visited: true})
	return nil
}

// young is how long a member tells the others to be patient with it.
const young = 6 * time.Second

// kill kills the daemon of the active node.
func (d *demo) kill(ctx context.Context) error {
	from, err := d.active(ctx)
	if err != nil {
		return err
	}
	d.title("kill -9 of the daemon on %s; its web server runs on, until the node is fenced", from)
	d.killed = from
	if wait := time.Until(d.started.Add(young)); wait > 0 {
		d.say("waiting %s: heartbeat gives a member that has only just started two seconds more", seconds(wait))
		pause(ctx, wait)
	}
	return d.moves(ctx, from, "kill -9: another node answers", func() error {
		d.killedAt = time.Now()
		return d.lab.Kill(ctx, from)
	})
}

// comeBack waits until the killed member is one of the cluster again: the
// fence device has switched it off and on.
func (d *demo) comeBack(ctx context.Context) error {
	d.title("The killed member was fenced, boots and joins again")
	if err := d.together(ctx, "kill -9: the fenced member is back", d.killedAt); err != nil {
		return err
	}
	if err := d.settled(ctx); err != nil {
		return err
	}
	return d.crm(ctx, "status")
}

// summary is the table at the end.
func (d *demo) summary() {
	d.title("How long it took")
	for _, s := range d.steps {
		line := fmt.Sprintf("%-44s %9s", s.what, seconds(s.took))
		if s.visited {
			line += fmt.Sprintf("   page silent for %s", seconds(s.silence))
		}
		d.say("%s", line)
	}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
