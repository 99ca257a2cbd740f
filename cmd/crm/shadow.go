package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"crm/shell"
)

// shadows are the shadow CIBs of crm_shadow: files shadow.NAME in one folder.
type shadows struct {
	dir string
	now func() time.Time
}

// shadowDir is where crm_shadow keeps them.
func shadowDir() string {
	if dir := os.Getenv("CIB_shadow_dir"); dir != "" {
		return dir
	}
	if os.Getuid() == 0 {
		return "/var/lib/pacemaker/cib"
	}
	return filepath.Join(cmp.Or(os.Getenv("HOME"), os.TempDir()), ".cib")
}

func (s shadows) path(name string) (string, error) {
	if name == "" || strings.ContainsAny(name, "/\x00") || name == "live" {
		return "", fmt.Errorf("%q is no name for a shadow CIB", name)
	}
	return filepath.Join(s.dir, "shadow."+name), nil
}

// List names the shadow CIBs.
func (s shadows) List() ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutPrefix(e.Name(), "shadow."); ok && !strings.Contains(name, ".history") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, err
}

// Open makes the cluster that a shadow CIB is.
func (s shadows) Open(name string) (shell.Cluster, error) {
	path, err := s.path(name)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err != nil {
		names, _ := s.List()
		known := "there are none"
		if len(names) > 0 {
			known = "there are: " + strings.Join(names, ", ")
		}
		return nil, fmt.Errorf("there is neither a file nor a shadow CIB %s (in %s); %s", name, s.dir, known)
	}
	return &fileCluster{path: path, shadow: name, user: userName(), now: s.now}, nil
}

// Create writes a shadow CIB.
func (s shadows) Create(name string, text []byte, force bool) error {
	path, err := s.path(name)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err == nil && !force {
		return fmt.Errorf("there is a shadow CIB %s already; \"new %s force\" replaces it", name, name)
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	return replaceFile(path, text)
}

// Delete removes a shadow CIB and its history.
func (s shadows) Delete(name string) error {
	path, err := s.path(name)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no shadow CIB %s in %s", name, s.dir)
		}
		return err
	}
	return os.RemoveAll(path + ".history")
}
