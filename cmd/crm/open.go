package main

import (
	"cmp"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"crm/shell"
)

// openEnv finds out which cluster is meant and hands the shell its world.
// Nothing is read or dialled yet: help must not need a cluster.
func openEnv(o options, stdin io.Reader, stdout, stderr io.Writer) (*shell.Env, error) {
	style := chooseStyle(o.style, stdout)
	if o.style == "" && !isTerminal(stderr) {
		style.Error, style.Warning, style.Info = nil, nil, nil
	}
	env := &shell.Env{Out: stdout, Err: stderr, Style: style, Now: time.Now, Files: files{stdin: stdin},
		Agents: &agents{}, Filter: filter, SaveOptions: saveOptions,
		LoadOptions: func() ([]byte, error) { return os.ReadFile(filepath.Join(configDir(), "options")) }}
	env.Convert = convert(env.Agents)
	env.Secrets = openSecrets()
	env.Lab = openLab()
	env.Drafts = drafts{dir: filepath.Join(configDir(), "crmconf")}
	env.Shadows = shadows{dir: shadowDir(), now: time.Now}
	cluster, err := openCluster(o.cluster, env)
	env.Cluster = cluster
	env.Execute = executor(env)
	return env, err
}

// openCluster decides: -c, then CIB_file, then CIB_shadow, then the daemon.
func openCluster(name string, env *shell.Env) (shell.Cluster, error) {
	switch {
	case name == "" && os.Getenv("CIB_file") != "":
		return newFile(os.Getenv("CIB_file")), nil
	case name == "":
		name = os.Getenv("CIB_shadow")
	}
	switch {
	case name == "" || name == "live":
		return openDaemon(env), nil
	case isPath(name):
		return newFile(name), nil
	}
	return env.Shadows.Open(name)
}

// isPath tells the name of a file from that of a shadow CIB.
func isPath(name string) bool {
	if strings.ContainsRune(name, filepath.Separator) || strings.HasSuffix(name, ".xml") {
		return true
	}
	_, err := os.Stat(name)
	return err == nil
}

func newFile(path string) *fileCluster {
	return &fileCluster{path: path, user: userName(), now: time.Now}
}

// userName is who is at work, without asking the user database when the
// environment tells.
func userName() string {
	if name := cmp.Or(os.Getenv("SUDO_USER"), os.Getenv("LOGNAME"), os.Getenv("USER")); name != "" {
		return name
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

// files is the file system; "-" is standard input.
type files struct{ stdin io.Reader }

// Read reads a file or standard input.
func (f files) Read(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(f.stdin)
	}
	return os.ReadFile(name)
}

// Write writes a file whole, or standard output.
func (files) Write(name string, text []byte) error {
	if name == "-" {
		_, err := os.Stdout.Write(text)
		return err
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(name, text, 0o640)
	}
	return replaceFile(name, text)
}

func configDir() string {
	if dir := os.Getenv("XDG_CONFIG_HOME"); dir != "" {
		return filepath.Join(dir, "crm")
	}
	return filepath.Join(os.Getenv("HOME"), ".config", "crm")
}

func saveOptions(text []byte) error {
	if err := os.MkdirAll(configDir(), 0o700); err != nil {
		return err
	}
	return replaceFile(filepath.Join(configDir(), "options"), text)
}
