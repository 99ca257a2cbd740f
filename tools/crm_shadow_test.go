package tools

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCrmShadow(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "shadows")
	t.Setenv("CIB_shadow_dir", dir)
	created := "Setting up shadow instance\nA new shadow instance was created.  To begin using it paste the following into your shell:\n  CIB_shadow=t ; export CIB_shadow\n"
	done := "Please remember to unset the CIB_shadow variable by pasting the following into your shell:\n  unset CIB_shadow\n"
	tell(t, []step{
		{Shadow, "-w", 105, "", "No active shadow configuration defined", "", ""},
		{Shadow, "-b -c t", 0, created, "", "", ""},
		{Shadow, "-b -c t", 73, "", "already exists", "", ""},
		{Shadow, "-b -c t --force", 0, created, "", "", ""},
		{Shadow, "-b -c ../t", 64, "", "is no name for a copy", "", ""},
		{Shadow, "-b -r nosuch", 105, "", "Could not access shadow instance 'nosuch'", "", ""},
	})
	t.Setenv("CIB_shadow", "t")
	tell(t, []step{
		{Shadow, "-w", 0, "t\n", "", "", ""},
		{Shadow, "-F", 0, filepath.Join(dir, "shadow.t") + "\n", "", "", ""},
		{Shadow, "-d", 0, "", "", "", ""},
		{Attribute, "-n maintenance-mode -v true", 0, "", "", "", "maintenance-mode"}, // into the copy
		{Shadow, "-b -C t", 64, "", "considered dangerous", "", "maintenance-mode"},
		{Shadow, "-b -r other", 105, "", "other", "", ""},
	})
	if code, out, _, _ := onFile(t, Shadow, "", "-d"); code != 1 || out == "" {
		t.Error(code, out)
	}
	tell(t, []step{
		{Shadow, "-b -C t --force", 0, done, "", `name="maintenance-mode" value="true"`, ""},
		{Shadow, "-b -D t", 64, "", "considered dangerous", "", ""},
		{Shadow, "-b -D t --force", 0, done, "", "", ""},
		{Shadow, "-b -e e -v pacemaker-3.7", 0, "Created new pacemaker-3.7 configuration\nSetting up shadow instance\nA new shadow instance was created.  To begin using it paste the following into your shell:\n  CIB_shadow=e ; export CIB_shadow\n", "", "", ""},
		{Shadow, "", 64, "", "no command is given", "", ""},
	})
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Error(left, err)
	}
}

func TestCrmadmin(t *testing.T) {
	tell(t, []step{
		{Admin, "-D", 0, "Designated Controller is: alice\n", "", "", ""},
		{Admin, "-D -q", 0, "alice\n", "", "", ""},
		{Admin, "-S alice", 0, "Status of crmd@alice: S_IDLE (ok)\n", "", "", ""},
		{Admin, "-S bob", 105, "", "it is down", "", ""},
		{Admin, "-S zz", 105, "", "no such node", "", ""},
		{Admin, "-N", 0, "cluster node: alice (1)\ncluster node: bob (2)\n", "", "", ""},
		{Admin, "", 64, "", "no command is given", "", ""},
	})
}
