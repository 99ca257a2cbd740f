package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crm/node/agent"
)

// TestSecretsAreCopiedBySSH: the other members get the same files, whatever
// the words contain; one that cannot be reached is named.
func TestSecretsAreCopiedBySSH(t *testing.T) {
	dir, bin := t.TempDir(), t.TempDir()
	// The remote shell runs here, in the folder of the host that is named.
	ssh := "#!/bin/sh\nwhile [ \"$1\" != -- ]; do shift; done\n[ \"$2\" = carol ] && exit 255\n" +
		"cd '" + dir + "' && mkdir -p $2 && cd $2 && eval \"$3\"\n"
	if err := os.WriteFile(filepath.Join(bin, "ssh"), []byte(ssh), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Chdir(dir)
	here, there := secrets{agent.Vault{Dir: "v a"}}, agent.Vault{Dir: filepath.Join(dir, "bob", "v a")}
	const name, value = "it's $(touch x); rm", "p'w $HOME"
	if err := here.Write(t.Context(), []string{"bob"}, "db", name, value); err != nil {
		t.Fatal(err)
	}
	if got, err := there.Read("db", name); err != nil || got != value {
		t.Errorf("bob has %q, %v", got, err)
	}
	if err := here.Write(t.Context(), []string{"carol", "bob"}, "db", "second", "2"); err == nil || !strings.Contains(err.Error(), "not on carol") {
		t.Errorf("carol is away: %v", err)
	}
	if got, err := there.Read("db", "second"); err != nil || got != "2" {
		t.Errorf("bob has %q, %v", got, err)
	}
	if err := there.Delete("db", name); err != nil {
		t.Fatal(err)
	}
	if err := here.Sync(t.Context(), []string{"bob"}); err != nil {
		t.Fatal(err)
	}
	if got, err := there.Read("db", name); err != nil || got != value {
		t.Errorf("after sync bob has %q, %v", got, err)
	}
	if err := here.Delete(t.Context(), []string{"bob"}, "db", name); err != nil {
		t.Fatal(err)
	}
	if list, err := there.List(); err != nil || len(list) != 1 {
		t.Errorf("after delete bob has %v, %v", list, err)
	}
}
