package respawn

import (
	"bufio"
	"context"
	"os"
	"os/user"
	"strings"
	"sync"
	"testing"
	"time"
)

// kept runs one shell script as a user; its output and the notices come back.
type kept struct {
	t     *testing.T
	out   *bufio.Reader
	end   context.CancelFunc
	ended chan struct{}
	mu    sync.Mutex
	said  []string
}

func keep(t *testing.T, name, script string, o Options) *kept {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	k := &kept{t: t, out: bufio.NewReader(r), end: end, ended: make(chan struct{})}
	o.Output = w
	o.Notice = func(_ bool, text string) {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.said = append(k.said, text)
	}
	go func() {
		defer close(k.ended)
		Run(ctx, []Line{{User: name, Argv: []string{"/bin/sh", "-c", script}}}, o)
		w.Close()
	}()
	t.Cleanup(func() { end(); <-k.ended; r.Close() })
	return k
}

func (k *kept) wait() string {
	k.t.Helper()
	select {
	case <-k.ended:
	case <-time.After(20 * time.Second):
		k.t.Fatal("it does not end")
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return strings.Join(k.said, "\n")
}

func (k *kept) line() string {
	k.t.Helper()
	s, err := k.out.ReadString('\n')
	if err != nil {
		k.t.Fatal(err)
	}
	return strings.TrimSpace(s)
}

func self(t *testing.T) string {
	u, err := user.Current()
	if err != nil {
		t.Skip("this user has no name: ", err)
	}
	return u.Username
}

func TestExitCode100IsForGood(t *testing.T) {
	said := keep(t, self(t), "exit 100", Options{}).wait()
	if n := strings.Count(said, "started, pid"); n != 1 || !strings.Contains(said, "do not start it again") {
		t.Errorf("started %d times:\n%s", n, said)
	}
}

func TestItIsStartedAgainAsOftenAsNeededWhenRunsAreLong(t *testing.T) {
	dir := t.TempDir()
	script := "echo x >> " + dir + "/runs; [ $(wc -l < " + dir + "/runs) -ge 14 ] && exit 100; exit 0"
	said := keep(t, self(t), script, Options{Short: time.Nanosecond}).wait()
	if n := strings.Count(said, "started, pid"); n != 14 {
		t.Errorf("started %d times, want 14:\n%s", n, said)
	}
}

func TestOneThatEndsTooSoonTooOftenIsGivenUp(t *testing.T) {
	said := keep(t, self(t), "exit 3", Options{Short: time.Hour}).wait()
	if n := strings.Count(said, "started, pid"); n != 11 || !strings.Contains(said, "given up") {
		t.Errorf("started %d times, want 11:\n%s", n, said)
	}
}

func TestSIGTERMEndsItWithTheDaemon(t *testing.T) {
	k := keep(t, self(t), "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done", Options{Grace: time.Minute})
	if got := k.line(); got != "ready" {
		t.Fatal(got)
	}
	k.end()
	got := k.line()
	if got == "Terminated" { // the shell's word for its sleep, which goes with it
		got = k.line()
	}
	if got != "bye" {
		t.Errorf("after SIGTERM: %q", got)
	}
	if said := k.wait(); strings.Contains(said, "again") || strings.Contains(said, "killed") {
		t.Error(said)
	}
}

func TestSIGKILLEndsWhatIgnoresSIGTERM(t *testing.T) {
	k := keep(t, self(t), "trap '' TERM; echo ready; while :; do sleep 0.05; done", Options{Grace: 20 * time.Millisecond})
	k.line()
	k.end()
	if said := k.wait(); !strings.Contains(said, "killed") {
		t.Error(said)
	}
}

func TestItRunsAsItsUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can start programs as somebody else")
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		t.Skip("there is no user nobody")
	}
	k := keep(t, "nobody", "id -u; id -g; exit 100", Options{})
	if uid, gid := k.line(), k.line(); uid != u.Uid || gid != u.Gid {
		t.Errorf("ran as %s:%s, want %s:%s", uid, gid, u.Uid, u.Gid)
	}
}

func TestWhatCannotStartIsSaidOnce(t *testing.T) {
	for _, l := range []Line{{User: "no-such-user", Argv: []string{"/bin/sh"}}, {User: self(t), Argv: []string{"/no/such/program"}}, {User: self(t), Argv: []string{"/"}}} {
		var said []string
		Run(t.Context(), []Line{l}, Options{Notice: func(_ bool, text string) { said = append(said, text) }})
		if len(said) != 1 || !strings.Contains(said[0], "not started") {
			t.Errorf("%v: %q", l, said)
		}
	}
}

func TestALongRunForgivesTheShortOnes(t *testing.T) {
	var c tally
	for range mostShort {
		if c.ended(1, time.Second, DefaultShort) != again {
			t.Fatal("given up too early")
		}
	}
	if c.ended(-1, DefaultShort, DefaultShort) != again || c.short != 0 {
		t.Error("a long run did not count")
	}
}
