package daemon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"crm/node/wire"
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

// TestTheFormWhileKeysChange: classic while there are several keys that a
// heartbeat knows, because it takes other numbers than its own in no other.
func TestTheFormWhileKeysChange(t *testing.T) {
	one, two := wire.Key{Number: 1, Method: wire.SHA1, Secret: "a"}, wire.Key{Number: 2, Method: wire.MD5, Secret: "b"}
	ours := wire.Key{Number: 2, Method: wire.AES, Secret: "b"}
	for _, c := range []struct {
		sign  int
		keys  []wire.Key
		plain bool
		want  wire.Form
	}{
		{1, []wire.Key{one}, false, wire.Netstring},
		{1, []wire.Key{one}, true, wire.Plain},
		{1, []wire.Key{one, two}, true, wire.Classic},
		{2, []wire.Key{one, two}, false, wire.Classic},
		{2, []wire.Key{one, ours}, false, wire.Netstring},
	} {
		keys, err := wire.NewKeyring(c.sign, c.keys...)
		if err != nil {
			t.Fatal(err)
		}
		if got := formOf(keys, c.plain); got != c.want {
			t.Errorf("%v: form %d, want %d", c, got, c.want)
		}
	}
}
