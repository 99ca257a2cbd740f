package tools

import (
	"fmt"
	"io"
	"strings"
)

// sections writes a report in parts, with a blank line between them. Plain
// reports have no headings and no bullets.
type sections struct {
	w     io.Writer
	plain bool
	begun bool
}

func (s *sections) line(text string) {
	fmt.Fprintln(s.w, text)
	s.begun = true
}

// gap parts what was written from what follows.
func (s *sections) gap() {
	if s.begun {
		fmt.Fprintln(s.w)
	}
}

// section writes one part; its lines carry their own bullets and depth.
func (s *sections) section(title string, lines []string) {
	s.gap()
	s.begun = true
	if !s.plain && title != "" {
		fmt.Fprintln(s.w, title+":")
	}
	for _, l := range lines {
		if s.plain {
			l = strings.TrimPrefix(strings.TrimLeft(l, " "), "* ")
		}
		fmt.Fprintln(s.w, l)
	}
}
