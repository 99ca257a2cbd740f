package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs testdata/script: the program as a user meets it, with CIB
// files and without a daemon.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			e.Setenv("CRM_SOCKET", filepath.Join(e.WorkDir, "no-daemon.sock"))
			e.Setenv("CIB_shadow_dir", filepath.Join(e.WorkDir, "shadows"))
			e.Setenv("NO_COLOR", "1")
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, "cache"))
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, "config"))
			return os.MkdirAll(filepath.Join(e.WorkDir, "shadows"), 0o700)
		},
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	})
}
