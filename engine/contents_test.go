package engine

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTheContentsAreComplete: the package comment says of every file what is in
// it, and of no other.
func TestTheContentsAreComplete(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && name != "doc.go" {
			files = append(files, name)
		}
	}
	named := regexp.MustCompile(`[a-z_]+\.go\b`).FindAllString(string(text), -1)
	for _, file := range files {
		if !slices.Contains(named, file) {
			t.Errorf("doc.go does not say what is in %s", file)
		}
	}
	for _, name := range named {
		if !slices.Contains(files, name) {
			t.Errorf("doc.go names %s, which is not there", name)
		}
	}
}
