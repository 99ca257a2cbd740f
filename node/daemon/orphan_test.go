package daemon

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"crm/cib"
)

// TestAMemberWaitsForWhatItsPredecessorLeftBehind: an operation of d still runs
// whose daemon was killed. All else goes on; d is not even looked at before.
func TestAMemberWaitsForWhatItsPredecessorLeftBehind(t *testing.T) {
	w := newWorld(t, "alice")
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		t.Skip(err)
	}
	orphan := exec.Command("sleep", "1000")
	orphan.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := orphan.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = orphan.Process.Kill(); _ = orphan.Wait() }()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", orphan.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	born := strings.Fields(string(stat))[21] // proc(5)
	dir := filepath.Join(w.dir, "alice", "state", "operations")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	note := fmt.Sprintf("%s 99999999999 %d %s\n", strings.TrimSpace(string(boot)), orphan.Process.Pid, born)
	if err := os.WriteFile(filepath.Join(dir, "d.op"), []byte(note), 0o600); err != nil {
		t.Fatal(err)
	}

	w.commit("alice", dummy("d"), dummy("e"))
	ended := func(doc *cib.Document, id string) (ops int) {
		for _, op := range doc.Status().FindElements("./node_state/lrm/lrm_resources/lrm_resource[@id='" + id + "']/lrm_rsc_op") {
			if cib.Attr(op, "op-status") != "-1" {
				ops++
			}
		}
		return ops
	}
	w.until("e is watched", "alice", func(doc *cib.Document) bool { return ended(doc, "e") >= 2 })
	if n := ended(w.read("alice"), "d"); n > 0 {
		t.Errorf("%d operations of d ended beside the orphan", n)
	}
	_ = orphan.Process.Kill()
	_ = orphan.Wait()
	w.until("d is watched", "alice", func(doc *cib.Document) bool { return ended(doc, "d") >= 2 })
}
