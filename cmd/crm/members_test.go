package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// together waits until all members take part.
func (c *cluster) together(back string) {
	c.t.Helper()
	limit, done := context.WithTimeout(c.t.Context(), stepLimit)
	defer done()
	if err := together(limit, c.lab, back); err != nil {
		c.t.Fatal(err)
	}
}

// logged tells whether any member's log has a text.
func (c *cluster) logged(text string) bool {
	for _, m := range c.lab.Members {
		log, err := os.ReadFile(filepath.Join(m.Dir, "daemon.log"))
		if err == nil && bytes.Contains(log, []byte(text)) {
			return true
		}
	}
	return false
}

// TestAMemberIsFencedOnRequest: "node fence" has a healthy member reset,
// which comes back. What clearstate says of a member that is online
// cleans it up; the word that it is down is taken for one that is off.
func TestAMemberIsFencedOnRequest(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs a whole cluster")
	}
	c := newCluster(t)
	from := c.served(time.Now(), anyNode)
	c.crm("-F", "node", "fence", from)
	for end := time.Now().Add(stepLimit); !c.logged(from + " was fenced"); c.settle() {
		if time.Now().After(end) {
			t.Fatalf("nobody fenced %s", from)
		}
	}
	c.together(from)
	c.settle()
	c.crm("node", "clearstate", from)
	if err := c.lab.Stop(t.Context(), from, time.Minute); err != nil {
		t.Fatal(err)
	}
	c.settle()
	c.crm("-F", "node", "clearstate", from)
	if said := c.crm("node", "status", from); !strings.Contains(said, "offline") {
		t.Errorf("%s is stopped, and: %s", from, said)
	}
	if said := c.crm("node", "delete", from); !strings.Contains(said, "ha.cf") {
		t.Errorf("node delete %s: %s", from, said)
	}
}

// TestHistoryOutlivesTheDaemons: what was committed is listed, compared and
// brought back after every daemon has been stopped and started anew.
func TestHistoryOutlivesTheDaemons(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs a whole cluster")
	}
	c := newCluster(t)
	c.crm("configure", "primitive", "extra", "ocf:crm:Dummy", "op", "monitor", "interval=10s")
	c.crm("configure", "property", "cluster-name=second")
	before := c.crm("history", "list")
	for _, m := range c.lab.Members {
		if err := c.lab.Kill(t.Context(), m.Name); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range c.lab.Members {
		if err := c.lab.Run(t.Context(), m.Name); err != nil {
			t.Fatal(err)
		}
	}
	c.together("")
	if after := c.crm("history", "list"); !strings.Contains(after, "extra") || !strings.Contains(after, "second") {
		t.Errorf("the history was:\n%s\nafter the restart it is:\n%s", before, after)
	}
	if diff := c.crm("history", "diff", "0"); !strings.Contains(diff, "second") {
		t.Errorf("the last commit named the cluster, its difference is:\n%s", diff)
	}
	c.crm("configure", "rollback", "1")
	shown := c.crm("configure", "show")
	if strings.Contains(shown, "second") || !strings.Contains(shown, "primitive extra") {
		t.Errorf("rolled back to the commit before the last:\n%s", shown)
	}
	c.crm("configure", "rollback", "1")
	if shown := c.crm("configure", "show"); !strings.Contains(shown, "second") {
		t.Errorf("the rollback was not taken back:\n%s", shown)
	}
	if list := c.crm("history", "list"); !strings.Contains(list, "rollback") {
		t.Errorf("the history does not tell of the rollback:\n%s", list)
	}
}
