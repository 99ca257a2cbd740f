package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"crm/cib"
)

// sample is a cluster to ask about.
type sample struct {
	doc      *cib.Document
	features []string   // what is special about it
	notes    []string   // and more of that, for who looks closer
	useless  difference // what differs for another reason
}

// source makes the cluster of a seed.
type source func(seed uint64) (sample, error)

// drawn clusters are made up from nothing.
func drawn(seed uint64) (sample, error) {
	c := draw(seed)
	doc, err := c.document()
	return sample{doc: doc, features: c.features()}, err
}

// mutants are the CIBs of a folder, or drawn clusters, changed a little. What the two
// disagree about before the change tells nothing and is left out.
type mutants struct {
	judges
	files  []string
	of     string     // the file of the last sample,
	before difference // and what differed before it was changed
}

func newMutants(j judges, dir string) (*mutants, error) {
	if dir == "drawn" {
		return &mutants{judges: j}, nil
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.xml"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no CIBs in %s", dir)
	}
	slices.Sort(files)
	return &mutants{judges: j, files: files}, err
}

// today are options that 2.1.5 knows by other names.
var today = regexp.MustCompile(`name="(fencing-(enabled|action|timeout|max-attempts|watchdog-timeout)|(stop|cancel)-removed-(resources|actions))"`)

var formerly = map[string]string{
	"stop-removed-resources": "stop-orphan-resources", "stop-removed-actions": "stop-orphan-actions", "cancel-removed-actions": "stop-orphan-actions",
	"fencing-enabled": "stonith-enabled", "fencing-action": "stonith-action", "fencing-timeout": "stonith-timeout",
	"fencing-max-attempts": "stonith-max-attempts", "fencing-watchdog-timeout": "stonith-watchdog-timeout",
}

// sample is one of the files, or a drawn cluster, changed.
func (m *mutants) sample(seed uint64) (sample, error) {
	which := seed / 4 // four of each
	doc, name, err := m.original(which)
	if err != nil {
		return sample{}, fmt.Errorf("%s: %w", name, err)
	}
	u := newMutant(rand.New(rand.NewPCG(seed, 7)), doc)
	u.setDefaults()
	if m.of != name {
		if m.before, err = m.compare(doc.Bytes()); err != nil {
			return sample{}, fmt.Errorf("%w: %s: %w", errInvalid, name, err)
		}
		m.of = name
	}
	u.change()
	return sample{doc: doc, features: u.done, notes: append(u.notes, "in "+name), useless: m.before}, nil
}

// original is a document before it is changed.
func (m *mutants) original(n uint64) (doc *cib.Document, name string, err error) {
	if len(m.files) == 0 {
		doc, err = draw(n).document()
		return doc, fmt.Sprintf("cluster %d", n), err
	}
	file := m.files[n%uint64(len(m.files))]
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, file, err
	}
	text = today.ReplaceAllFunc(text, func(b []byte) []byte {
		return []byte(`name="` + formerly[string(today.FindSubmatch(b)[1])] + `"`)
	})
	doc, err = cib.Parse(text)
	return doc, filepath.Base(file), err
}

// less is the difference without the kinds that differed before.
func (d difference) less(before difference) difference {
	if before.summary != "" {
		d.summary = ""
	}
	if before.scores != "" {
		d.scores = ""
	}
	if before.graph != "" {
		d.graph = ""
	}
	return d
}
