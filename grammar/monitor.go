package grammar

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// Monitor adds a monitor operation to a primitive that is there already.
//
//	monitor RSC[:ROLE] INTERVAL[:TIMEOUT]
type Monitor struct {
	Head
	Word     string       `parser:"@\"monitor\""`
	Resource MonitorRef   `parser:"@@"`
	Times    MonitorTimes `parser:"@@"`
}

// MonitorRef is the primitive, with the role in which it is watched.
type MonitorRef Ref

// Parse reads RSC[:ROLE].
func (m *MonitorRef) Parse(lex *lexer.PeekingLexer) error {
	f, err := reader{lex}.ref("role", roles)
	*m = MonitorRef(f)
	return err
}

// MonitorTimes are the interval and the timeout.
type MonitorTimes struct{ Interval, Timeout string }

// Parse reads INTERVAL[:TIMEOUT].
func (m *MonitorTimes) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	const want = "INTERVAL or INTERVAL:TIMEOUT"
	if r.done() {
		return r.fault("", want)
	}
	parts := strings.Split(r.peek(), ":")
	if len(parts) > 2 || parts[0] == "" || !PlainName(r.peek()) {
		return r.fault("is not a pair of times", want)
	}
	m.Interval = parts[0]
	if len(parts) == 2 {
		m.Timeout = parts[1]
	}
	r.take()
	return nil
}

// Keyword is monitor.
func (s *Monitor) Keyword() string { return "monitor" }

// ObjectID is the primitive's id.
func (s *Monitor) ObjectID() string { return s.Resource.ID }

func (s *Monitor) print(p *printer) {
	times := s.Times.Interval
	if s.Times.Timeout != "" {
		times += ":" + s.Times.Timeout
	}
	p.word(Ref(s.Resource).text(), times)
}
