package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// drafts are the configurations made from templates: files of one folder.
type drafts struct{ dir string }

// List names the configurations.
func (d drafts) List() ([]string, error) {
	entries, err := os.ReadDir(d.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// Read gives the text of one. Names were looked up in List before, so none
// leads out of the folder.
func (d drafts) Read(name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(d.dir, name))
	return string(text), err
}

// Write keeps a text under a name.
func (d drafts) Write(name, text string) error {
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(d.dir, name), []byte(text), 0o600)
}

// Delete takes one away.
func (d drafts) Delete(name string) error { return os.Remove(filepath.Join(d.dir, name)) }
