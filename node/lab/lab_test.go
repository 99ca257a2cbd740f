package lab_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"crm/node/lab"
)

// The test binary is also the lab's own processes, its members' daemon (a web
// server) and a command that members run (a web client).
func TestMain(m *testing.M) {
	if code, asked := lab.Child(os.Args[1:]); asked {
		os.Exit(code)
	}
	switch filepath.Base(os.Args[0]) {
	case "crm":
		os.Exit(get(os.Args[1]))
	case lab.FenceAgent:
		os.Exit(lab.FenceMain(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	if len(os.Args) == 3 && os.Args[1] == "stub" {
		name, _ := os.Hostname()
		fmt.Println(http.ListenAndServe(os.Args[2], http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, "%s %d", name, os.Getpid())
		})))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func get(addr string) int {
	client := http.Client{Timeout: 400 * time.Millisecond}
	resp, err := client.Get("http://" + addr)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer resp.Body.Close()
	_, _ = io.Copy(os.Stdout, resp.Body)
	return 0
}

const stubPort = ":8080"

func start(t *testing.T, loopback bool) *lab.Lab {
	t.Helper()
	l, err := lab.Start(t.Context(), lab.Options{Loopback: loopback, Command: func(m lab.Member) []string {
		return []string{"/proc/self/exe", "stub", m.Addr + stubPort}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(l.Dir); err == nil {
			t.Errorf("%s is left behind", l.Dir)
		}
	})
	if !loopback && !l.Namespaced {
		t.Skipf("this kernel gives no namespaces to us: %s", l.Why)
	}
	return l
}

// fetch asks a member's daemon from the client's place, until it answers or not.
func fetch(t *testing.T, l *lab.Lab, name string) (string, error) {
	t.Helper()
	m, err := l.Member(name)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{DialContext: l.DialContext, DisableKeepAlives: true}}
	var last error
	for range 50 {
		resp, err := client.Get("http://" + m.Addr + stubPort)
		if err != nil {
			last = err
			if strings.Contains(err.Error(), "refused") { // it is only starting
				<-time.After(20 * time.Millisecond)
				continue
			}
			return "", err
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		return string(text), err
	}
	return "", last
}

// asks runs a web client inside a member.
func asks(t *testing.T, l *lab.Lab, from, to string) error {
	t.Helper()
	m, err := l.Member(to)
	if err != nil {
		t.Fatal(err)
	}
	_, err = l.Output(t.Context(), from, "crm", m.Addr+stubPort)
	return err
}

// mended asks until an answer comes: after a cut the kernel may believe for a
// moment that nobody has the address.
func mended(t *testing.T, l *lab.Lab, from, to string) {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for tries := 0; asks(t, l, from, to) != nil; tries++ {
		if tries == 100 {
			t.Fatalf("%s does not reach %s, though the cables are mended", from, to)
		}
		<-tick.C
	}
}

func state(t *testing.T, l *lab.Lab, name string) string {
	t.Helper()
	states, err := l.States(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return states[name]
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestLabInNamespaces(t *testing.T) {
	l := start(t, false)
	ctx := t.Context()
	for _, name := range []string{"alice", "bob", "carol"} {
		text, err := fetch(t, l, name)
		if err != nil || !strings.HasPrefix(text, name+" ") {
			t.Fatalf("%s: %q, %v", name, text, err)
		}
	}
	check(t, asks(t, l, "alice", "bob"))

	check(t, l.Cut(ctx, "alice", "bob"))
	if asks(t, l, "alice", "bob") == nil {
		t.Error("a cut cable carries")
	}
	check(t, asks(t, l, "alice", "carol"))
	if got := state(t, l, "alice"); got != "running, cut from bob" {
		t.Errorf("alice is %q", got)
	}
	check(t, l.Join(ctx, "bob", "alice"))
	mended(t, l, "alice", "bob")

	check(t, l.Cut(ctx, "carol", ""))
	if asks(t, l, "alice", "carol") == nil || state(t, l, "carol") != "running, cable pulled" {
		t.Error("a pulled cable carries")
	}
	check(t, l.Heal(ctx))
	mended(t, l, "alice", "carol")

	if l.Cut(ctx, "alice", "zoe") == nil || l.Kill(ctx, "zoe") == nil || l.Cut(ctx, "bob", "bob") == nil {
		t.Error("strangers are accepted")
	}
}

func TestPowerAndDaemon(t *testing.T) {
	for _, loopback := range []bool{false, true} {
		t.Run("loopback "+strconv.FormatBool(loopback), func(t *testing.T) { powerAndDaemon(t, start(t, loopback)) })
	}
}

func powerAndDaemon(t *testing.T, l *lab.Lab) {
	ctx := t.Context()
	before, err := fetch(t, l, "bob")
	check(t, err)

	check(t, l.Kill(ctx, "bob"))
	if got := state(t, l, "bob"); got != lab.Down {
		t.Errorf("after a kill bob is %q", got)
	}
	if l.Kill(ctx, "bob") == nil {
		t.Error("what does not run was killed")
	}
	check(t, l.Run(ctx, "bob"))
	after, err := fetch(t, l, "bob")
	if err != nil || after == before {
		t.Errorf("started again: %q, %v", after, err)
	}
	check(t, l.Restart(ctx, "bob"))
	check(t, l.Stop(ctx, "bob", 5*time.Second))

	sleeping := make(chan error, 1)
	go func() {
		_, err := l.Output(ctx, "bob", "sleep", "60")
		sleeping <- err
	}()
	check(t, l.PowerOff(ctx, "bob"))
	select {
	case err := <-sleeping:
		if err == nil {
			t.Error("a process lived through the loss of power")
		}
	case <-time.After(10 * time.Second):
		t.Error("a process lives on without power")
	}
	if got := state(t, l, "bob"); got != lab.PowerOff {
		t.Errorf("without power bob is %q", got)
	}
	if err := l.Run(ctx, "bob"); err == nil || !strings.Contains(err.Error(), "switched off") {
		t.Errorf("a daemon without power: %v", err)
	}
	check(t, l.PowerOn(ctx, "bob"))
	if _, err := fetch(t, l, "bob"); err != nil {
		t.Error(err)
	}
}

func TestFenceAgentCutsThePower(t *testing.T) {
	l := start(t, false)
	t.Setenv(lab.DirVar, l.Dir)
	fence := func(lines ...string) (int, string, string) {
		var out, errs bytes.Buffer
		code := lab.FenceMain(t.Context(), nil, strings.NewReader(strings.Join(lines, "\n")), &out, &errs)
		return code, out.String(), errs.String()
	}
	if code, out, _ := fence("action=list"); code != 0 || out != "alice,\nbob,\ncarol,\n" {
		t.Errorf("list: %d %q", code, out)
	}
	if code, _, errs := fence("action=off", "port=bob"); code != 0 || state(t, l, "bob") != lab.PowerOff {
		t.Errorf("off: %d %s", code, errs)
	}
	if code, _, _ := fence("action=status", "port=bob"); code != 2 {
		t.Errorf("status of what is off: %d", code)
	}
	if code, _, errs := fence("action=on", "port=bob"); code != 0 || state(t, l, "bob") != lab.Running {
		t.Errorf("on: %d %s", code, errs)
	}
	before, err := fetch(t, l, "carol")
	check(t, err)
	if code, _, errs := fence("nodename=carol"); code != 0 {
		t.Errorf("reboot: %d %s", code, errs)
	}
	if after, err := fetch(t, l, "carol"); err != nil || before == "" || after == "" {
		t.Errorf("carol does not come back: %q, %v", after, err)
	}
	if code, _, errs := fence("action=off", "port=zoe"); code != 1 || !strings.Contains(errs, "no member") {
		t.Errorf("a stranger: %d %s", code, errs)
	}
	// The device reaches the lab from inside it, too.
	if out, err := l.Output(t.Context(), "alice", filepath.Join(l.Dir, "sbin", lab.FenceAgent), "-o", "list"); err != nil || !strings.Contains(string(out), "bob") {
		t.Errorf("inside: %q, %v", out, err)
	}
}

func TestLoopbackLabSaysWhatItCannot(t *testing.T) {
	l := start(t, true)
	if err := l.Cut(t.Context(), "alice", "bob"); err == nil || !strings.Contains(err.Error(), "no cables") {
		t.Errorf("got %v", err)
	}
	if got := l.Localize("ip=10.77.0.100"); got != "ip="+l.Net+"100" || !strings.HasPrefix(l.Net, "127.") {
		t.Errorf("got %s", got)
	}
	if ip := net.ParseIP(l.Members[1].Addr); !ip.IsLoopback() {
		t.Errorf("bob is at %s", l.Members[1].Addr)
	}
}

func TestBadLabs(t *testing.T) {
	for _, o := range []lab.Options{{Size: -1}, {Size: 1000}, {Dir: "/" + strings.Repeat("x", 120)}} {
		if l, err := lab.Start(t.Context(), o); err == nil {
			l.Close()
			t.Errorf("%+v was made", o)
		}
	}
	if _, err := lab.Attach(t.TempDir()); err == nil {
		t.Error("attached to nothing")
	}
}
