package shell

import (
	"context"
	"strings"

	"crm/cib"
)

// Session is one walk through the levels, with a working copy of the
// configuration. It is used by one goroutine at a time.
type Session struct {
	*Env
	Options Options
	// Interactive sessions ask before they do what cannot be taken back.
	Interactive bool
	path        []*Level // root first
	work        *work    // nil until the configuration is needed
	tree        *Level
	prefs       Preferences
	recalled    bool          // the saved options were read
	status      *pretence     // nil: the cluster's own
	seen        *cib.Document // for completion, read once for a line
	glanced     bool
	script      scriptLine
	draft       string  // the configuration of the template level that is loaded
	behind      Cluster // the cluster, while a shadow CIB is worked on
}

// Options are the user's choices for this run.
type Options struct {
	Force   bool   // -F: yes to every question; commit what verify refuses
	No      bool   // -n: no to every question
	Yes     bool   // -y: commit without asking
	Wait    bool   // -w: after each change wait until the cluster is idle
	Output  string // plain, color
	Editor  string
	Quiet   bool
	Preview bool // show diff and actions at commit though nobody is asked
}

// NewSession opens a session at the root.
func NewSession(env *Env, o Options) *Session {
	s := &Session{Env: env, Options: o, tree: Root()}
	s.path = []*Level{s.tree}
	return s
}

func (s *Session) here() *Level { return s.path[len(s.path)-1] }

// Path names the levels below the root that the session is in.
func (s *Session) Path() []string {
	var names []string
	for _, l := range s.path[1:] {
		names = append(names, l.Name)
	}
	return names
}

// Prompt is what an interactive session shows: crm(live/alice)configure#.
func (s *Session) Prompt() string {
	name := s.Cluster.Name()
	if s.Cluster.Live() && s.Node != "" {
		name += "/" + s.Node
	}
	return "crm(" + name + ")" + strings.Join(s.Path(), "/") + "# "
}

func (s *Session) push(ctx context.Context, l *Level) error {
	if l.enter != nil {
		if err := l.enter(ctx, s); err != nil {
			return err
		}
	}
	s.path = append(s.path, l)
	return nil
}

// pop leaves the present level; its leave function may refuse.
func (s *Session) pop(ctx context.Context) error {
	l := s.here()
	if l.leave != nil {
		if err := l.leave(ctx, s); err != nil {
			return err
		}
	}
	s.path = s.path[:len(s.path)-1]
	return nil
}

// backTo leaves levels until the session is where it was.
func (s *Session) backTo(ctx context.Context, path []*Level) error {
	for len(s.path) > len(path) {
		if err := s.pop(ctx); err != nil {
			if !s.Interactive { // nobody is there to decide: out of the level in any case
				s.path = s.path[:len(s.path)-1]
				s.work = nil
			}
			return err
		}
	}
	return nil
}

// Close ends the session as quit does: levels are left one by one, and a
// level with pending changes may refuse (interactive) or commits them.
func (s *Session) Close(ctx context.Context) error {
	return s.backTo(ctx, s.path[:1])
}

// confirm asks; without a person it is yes for force and else what unasked
// says.
func (s *Session) confirm(ctx context.Context, question string, unasked bool) (bool, error) {
	switch {
	case s.Options.Force || s.Options.Yes:
		return true, nil
	case s.Options.No:
		return false, nil
	case s.Ask == nil || !s.Interactive:
		return unasked, nil
	}
	return s.Ask(ctx, question)
}
