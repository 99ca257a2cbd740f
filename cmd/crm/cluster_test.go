package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"crm/examples"
	"crm/node"
	"crm/node/control"
	"crm/node/lab"
)

// The test binary is the program, too: the lab's processes, its daemons and
// agents, and the shell.
func TestMain(m *testing.M) {
	if os.Getenv(lab.DirVar) != "" || len(os.Args) == 2 && strings.HasPrefix(os.Args[1], "lab-") {
		os.Exit(run(os.Args, os.Stdin, os.Stdout, os.Stderr))
	}
	testscript.Main(ownCache{m}, map[string]func(){"crm": main})
}

// ownCache runs the tests with a cache of their own: what agents say of
// themselves is kept there, not among the user's.
type ownCache struct{ m *testing.M }

// Run runs the tests.
func (c ownCache) Run() int {
	dir, err := os.MkdirTemp("", "crm-test-cache-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	os.Setenv("XDG_CACHE_HOME", dir)
	return c.m.Run()
}

// cluster is a lab that runs the example.
type cluster struct {
	t       *testing.T
	lab     *lab.Lab
	visitor *visitor
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	l, err := lab.Start(t.Context(), lab.Options{DeadTime: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := &cluster{t: t, lab: l, visitor: newVisitor(l.Localize("http://"+demoIP+":"+demoPort+"/"), l.DialContext)}
	visits := make(chan struct{})
	go func() { c.visitor.run(ctx); close(visits) }()
	t.Cleanup(func() {
		cancel()
		<-visits
		if t.Failed() {
			t.Log(tails(l))
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	limit, done := context.WithTimeout(t.Context(), stepLimit)
	defer done()
	if err := together(limit, l, ""); err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(t.TempDir(), "webserver.crm")
	if err := os.WriteFile(script, []byte(l.Localize(examples.Webserver)), 0o600); err != nil {
		t.Fatal(err)
	}
	c.crm("-f", script)
	c.settle()
	return c
}

// crm runs the shell's command line in the lab.
func (c *cluster) crm(args ...string) string {
	c.t.Helper()
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Env = labEnv(c.lab)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		c.t.Fatalf("crm %s: %v\n%s", strings.Join(args, " "), err, out.String())
	}
	return out.String()
}

// settle waits until the cluster has nothing left to do.
func (c *cluster) settle() {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), stepLimit)
	defer cancel()
	d := demo{lab: c.lab, out: io.Discard, door: control.Dial(c.lab.Sockets())}
	if err := d.settled(ctx); err != nil {
		c.t.Fatal(err)
	}
}

// served waits until the page is answered, by a node that is wanted.
func (c *cluster) served(since time.Time, want func(string) bool) string {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), stepLimit)
	defer cancel()
	v, err := c.visitor.servedBy(ctx, since, want)
	if err != nil {
		c.t.Fatal(err)
	}
	return v.by
}

// said is when a member first wrote something into its log, the zero time when
// none does until a deadline: lines are written beside the work.
func (c *cluster) said(until time.Time, what string) (first time.Time) {
	c.t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for first.IsZero() && time.Now().Before(until) {
		for _, m := range c.lab.Members {
			log, err := os.ReadFile(filepath.Join(m.Dir, "daemon.log"))
			if err != nil {
				c.t.Fatal(err)
			}
			for line := range strings.Lines(string(log)) {
				var at string
				if !strings.Contains(line, what) {
					continue
				}
				if _, err := fmt.Sscanf(line, "time=%s", &at); err != nil {
					c.t.Fatalf("a line of the log without its time: %s", line)
				}
				when, err := time.Parse(time.RFC3339Nano, at)
				if err != nil {
					c.t.Fatal(err)
				}
				if first.IsZero() || when.Before(first) {
					first = when
				}
			}
		}
		<-again.C
	}
	return first
}

// TestACutMemberIsFencedBeforeItsServiceMoves: the member whose cable is
// pulled still runs the service, so it must be off before another starts it.
func TestACutMemberIsFencedBeforeItsServiceMoves(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs a whole cluster")
	}
	c := newCluster(t)
	if !c.lab.Namespaced {
		t.Skip("no cables to cut here: " + c.lab.Why)
	}
	from := c.served(time.Now(), anyNode)
	start := time.Now()
	if err := c.lab.Cut(t.Context(), from, ""); err != nil {
		t.Fatal(err)
	}
	to := c.served(start, func(by string) bool { return by != from })
	served := time.Now()
	fenced := c.said(served.Add(stepLimit), from+" was fenced")
	if fenced.IsZero() {
		t.Fatalf("%s serves the page and nobody fenced %s", to, from)
	}
	if fenced.After(served) {
		t.Errorf("%s serves the page %s before %s was fenced", to, fenced.Sub(served), from)
	}
	if err := c.lab.Heal(t.Context()); err != nil {
		t.Fatal(err)
	}
	limit, done := context.WithTimeout(t.Context(), stepLimit)
	defer done()
	if err := together(limit, c.lab, from); err != nil {
		t.Error(err)
	}
}

// TestAMemberThatIsStoppedHandsOver: SIGTERM moves the service away first.
func TestAMemberThatIsStoppedHandsOver(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs a whole cluster")
	}
	c := newCluster(t)
	from := c.served(time.Now(), anyNode)
	start := time.Now()
	if err := c.lab.Stop(t.Context(), from, time.Minute); err != nil {
		t.Fatal(err)
	}
	c.served(start, func(by string) bool { return by != from })
	if silent := c.visitor.silence(start); silent > 2*time.Second {
		t.Errorf("the page was silent for %s, as if %s had died", silent, from)
	}
	if err := c.lab.Run(t.Context(), from); err != nil {
		t.Fatal(err)
	}
	limit, done := context.WithTimeout(t.Context(), stepLimit)
	defer done()
	if err := together(limit, c.lab, ""); err != nil {
		t.Error(err)
	}
	reply, err := control.Dial(c.lab.Sockets()).Ask(limit, node.Request{Verb: node.VerbRead})
	if err != nil || !bytes.Contains(reply.CIB, []byte("site-web")) {
		t.Errorf("the configuration is lost: %v", err)
	}
}
