package grammar

import (
	"io"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// The classes of words that participle tells apart.
const (
	classWord  lexer.TokenType = -(iota + 10)
	classPair                  // name=value
	classColon                 // id: or score:
)

// words is participle's view of the language's lexer. Lexing itself is done
// by Line.Words, which knows continuation and exact places.
type words struct{}

// Symbols names the classes for participle.
func (words) Symbols() map[string]lexer.TokenType {
	return map[string]lexer.TokenType{"EOF": lexer.EOF, "Word": classWord, "Pair": classPair, "Colon": classColon}
}

// Lex is never called: statements are parsed from words that were split before.
func (words) Lex(string, io.Reader) (lexer.Lexer, error) {
	return &stream{}, nil
}

// stream hands the words of one line to participle.
type stream struct {
	words []Word
	next  int
	end   Pos
}

// Next is the next word as a token.
func (s *stream) Next() (lexer.Token, error) {
	if s.next == len(s.words) {
		return lexer.EOFToken(place(s.end)), nil
	}
	w := s.words[s.next]
	s.next++
	return lexer.Token{Type: class(w.Text), Value: w.Text, Pos: place(w.Pos)}, nil
}

func class(text string) lexer.TokenType {
	switch {
	case strings.IndexByte(text, '=') > 0:
		return classPair
	case len(text) > 1 && text[len(text)-1] == ':':
		return classColon
	}
	return classWord
}

func place(p Pos) lexer.Position { return lexer.Position{Line: p.Line, Column: p.Col} }

// reader is what the parts that parse themselves read from.
type reader struct{ *lexer.PeekingLexer }

func (r reader) done() bool { return r.Peek().EOF() }

func (r reader) peek() string { return r.Peek().Value }

func (r reader) pos() Pos {
	p := r.Peek().Pos
	return Pos{p.Line, p.Column}
}

// take returns the next word and steps behind it.
func (r reader) take() string { return r.Next().Value }

// keyword tells whether the next word is one of these, in any letter case,
// and which.
func (r reader) keyword(list ...string) (string, bool) {
	if r.done() {
		return "", false
	}
	return oneOf(r.peek(), list)
}

func oneOf(word string, list []string) (string, bool) {
	for _, k := range list {
		if strings.EqualFold(word, k) {
			return k, true
		}
	}
	return "", false
}

// fault is an error at the next word.
func (r reader) fault(problem, expected string, known ...string) *Error {
	e := &Error{Pos: r.pos(), Problem: problem, Expected: expected}
	if r.done() {
		e.Incomplete = true
		e.Problem = ""
		return e
	}
	e.Word = r.peek()
	e.Hint = nearWord(e.Word, known)
	return e
}

// nearWord is like Near; of name=value and name:value the name counts, or the
// value.
func nearWord(word string, known []string) string {
	if hint := Near(word, known); hint != "" {
		return hint
	}
	at := strings.IndexAny(word, "=:")
	if at < 0 {
		return ""
	}
	if contains(known, word[:at]) {
		if value := Near(word[at+1:], known); value != "" {
			return word[:at+1] + value
		}
		return ""
	}
	if name := Near(word[:at], known); name != "" {
		return name + word[at:]
	}
	return ""
}
