package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"
)

// benchHostile measures what it costs to refuse a statement of a megabyte.
func (b *runner) benchHostile() error {
	empty, err := b.document("empty", 0)
	if err != nil {
		return err
	}
	work, script := filepath.Join(b.dir, "work.xml"), filepath.Join(b.dir, "hostile.crm")
	b.board.head("a statement of 1 MB, refused", "")
	for _, r := range []struct{ what, begin, more string }{
		{"one word", "primitive ", "x"},
		{"half a million members", "group g", " a"},
		{"parameters", "primitive p Dummy params", " a=1"},
		{"nested brackets", "order o Mandatory:", " ("},
		{"rules", "location l a", " rule 1: a eq 1"},
		{"a quote that stays open", "primitive p Dummy params a='", "y "},
	} {
		text := "configure\n" + r.begin + strings.Repeat(r.more, 1<<20/len(r.more)) + "\n"
		if err := write(script, func(w io.Writer) { fmt.Fprint(w, text) }); err != nil {
			return err
		}
		own, err := several(copied(empty, work), "sh", "-c", `! "$@" 2>/dev/null`, "sh", "env", "CIB_file="+work, b.crm, "-f", script)
		if err != nil {
			return fmt.Errorf("%s: it was taken: %w", r.what, err)
		}
		b.board.row(r.what, "", own, nil, goal{user: time.Second, memory: 60 << 20})
	}
	return nil
}
