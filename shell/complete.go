package shell

import (
	"context"
	"strings"

	"crm/cib"
	"crm/completions"
	"crm/grammar"
)

// Complete gives what may come next where the line ends: commands and levels,
// then what the command's own completer says. It reads the configuration at
// most, and a cluster that does not answer only makes the answer poorer.
func (s *Session) Complete(ctx context.Context, line string) []completions.Candidate {
	words, text := cutWords(line)
	path := s.path
	for i, w := range words {
		e, ok := path[len(path)-1].lookup(w.Text)
		switch {
		case !ok:
			return nil
		case e.level != nil:
			path = append(path[:len(path):len(path)], e.level)
			continue
		}
		if e.command.Complete == nil || atMost(e.command.Args, len(words)-i-1) {
			return nil
		}
		v := s.view(ctx, path, text)
		v.Line = line
		return completions.Filter(e.command.Complete(v, texts(words[i+1:])), text)
	}
	return completions.Filter(wordsOf(path[len(path)-1]), text)
}

func atMost(a Arity, n int) bool { return a.Most >= 0 && n >= a.Most }

// cutWords splits a line into complete words and the beginning of the last.
func cutWords(line string) (words []grammar.Word, text string) {
	at := strings.LastIndexAny(line, " \t")
	text = line[at+1:]
	lines, _ := grammar.Lines(line[:at+1])
	for _, l := range lines {
		if w, fault := l.Words(); fault == nil {
			words = append(words, w...)
		}
	}
	return words, text
}

// view gathers what completers look at.
func (s *Session) view(ctx context.Context, path []*Level, text string) *completions.View {
	v := &completions.View{Text: text, Words: wordsOf(path[len(path)-1]), Levels: levelsOf(path), Agents: s.Agents}
	v.Below = func(words []string) []completions.Candidate {
		l := path[len(path)-1]
		for i, w := range words {
			e, ok := l.lookup(w)
			if !ok && i == 0 { // help finds the levels of the top from everywhere
				e, ok = s.tree.lookup(w)
			}
			if !ok || e.level == nil {
				return nil
			}
			l = e.level
		}
		return wordsOf(l)
	}
	if s.work != nil {
		v.CIB = s.work.doc
	} else if s.Cluster != nil {
		v.CIB = s.glance(ctx)
	}
	if s.Shadows != nil && path[len(path)-1].Name == "cib" {
		names, _ := s.Shadows.List()
		for _, n := range names {
			v.Own = append(v.Own, completions.Candidate{Text: n, Meaning: "shadow CIB"})
		}
	}
	if s.Drafts != nil && path[len(path)-1].Name == "template" {
		names, _ := s.Drafts.List()
		for _, n := range names {
			v.Own = append(v.Own, completions.Candidate{Text: n, Meaning: "configuration"})
		}
	}
	return v
}

// glance is the CIB as it was when the line was begun: it is read once for a
// line, not for each key.
func (s *Session) glance(ctx context.Context) *cib.Document {
	if !s.glanced {
		s.glanced = true
		if doc, err := s.Cluster.Read(ctx); err == nil {
			s.seen = doc
		}
	}
	return s.seen
}

// wordsOf lists a level's commands and levels with what they do.
func wordsOf(l *Level) []completions.Candidate {
	var list []completions.Candidate
	for _, c := range l.Commands {
		if c.Hidden {
			continue
		}
		list = append(list, completions.Candidate{Text: c.Name, Meaning: c.Short})
		for _, a := range c.Aliases {
			if a[0] != '?' && a[0] != '-' {
				list = append(list, completions.Candidate{Text: a, Meaning: c.Short})
			}
		}
	}
	for _, sub := range l.Levels {
		list = append(list, completions.Candidate{Text: sub.Name, Meaning: sub.Short})
	}
	return completions.Sort(list)
}

// levelsOf lists what cd can go to.
func levelsOf(path []*Level) []completions.Candidate {
	var list []completions.Candidate
	if len(path) > 1 {
		list = append(list, completions.Candidate{Text: "..", Meaning: "one level up"}, completions.Candidate{Text: "../", Meaning: "a level beside this one", Open: true})
		for _, sub := range path[len(path)-2].Levels {
			list = append(list, completions.Candidate{Text: "../" + sub.Name, Meaning: sub.Short})
		}
	}
	for _, sub := range path[len(path)-1].Levels {
		list = append(list, completions.Candidate{Text: sub.Name, Meaning: sub.Short})
	}
	return list
}
