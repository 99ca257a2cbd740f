package daemon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// rekey writes a member's authkeys and has them read.
func (w *world) rekey(name, keys string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name, "authkeys"), []byte(keys), 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.members[name].reload <- unix.SIGHUP
}

// TestKeysChangeMemberByMemberWhileTheRingRuns: first both keys everywhere,
// then the new one signs everywhere, then the old one goes. Nobody is taken for
// dead, and a member without the new key is out.
func TestKeysChangeMemberByMemberWhileTheRingRuns(t *testing.T) {
	w := newLoopback(t, "alice", "bob")
	w.commit("alice", dummy("d"))
	deaths := w.members["bob"].client
	died := make(chan string, 16)
	ctx := t.Context()
	go deaths.Watch(ctx, func(e controlEvent) bool {
		if strings.Contains(e.Text, "is dead") {
			died <- e.Text
		}
		return true
	})
	for _, step := range []string{"auth 1\n1 sha1 secret\n2 sha256 new\n", "auth 2\n1 sha1 secret\n2 sha256 new\n", "auth 2\n2 sha256 new\n"} {
		for _, name := range w.names {
			w.rekey(name, step)
			quiet(t, died, 120*time.Millisecond)
		}
	}
	quiet(t, died, time.Second)
	w.commit("bob", dummy("e")) // the channel works with the new key too
	w.rekey("alice", "auth 2\nnonsense")
	quiet(t, died, time.Second)
	w.rekey("alice", "auth 3\n3 sha1 other\n")
	select {
	case <-died:
	case <-time.After(10 * time.Second):
		t.Error("alice has another key and is still heard")
	}
}

func quiet(t *testing.T, died <-chan string, d time.Duration) {
	t.Helper()
	select {
	case text := <-died:
		t.Fatal(text)
	case <-time.After(d):
	}
}
