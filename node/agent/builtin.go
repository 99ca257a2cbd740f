package agent

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// builtin is an agent written in Go. It obeys the OCF contract: the same
// actions, parameters and exit codes, and calling any of them twice is harmless.
type builtin struct {
	meta    Metadata
	actions map[string]func(context.Context, *call) Result
}

// call is what a built-in agent is told.
type call struct {
	Op
	meta  *Metadata
	state string
	env   []string // as a script would get it
	dir   string
}

func builtins() []*builtin {
	return []*builtin{directoryAgent(), dummyAgent(), pingAgent(), processAgent(), statefulAgent(), virtualIPAgent()}
}

func builtinNames() []string {
	var names []string
	for _, b := range builtins() {
		names = append(names, b.meta.Name)
	}
	slices.Sort(names)
	return names
}

func findBuiltin(typ string) (*builtin, bool) {
	for _, b := range builtins() {
		if b.meta.Name == typ {
			return b, true
		}
	}
	return nil, false
}

// runBuiltin calls an agent in this process. An agent that does not heed the
// end of its context is left behind; the caller is not held up.
func (r *Runner) runBuiltin(ctx context.Context, b *builtin, op Op) Result {
	if op.Action == "meta-data" {
		return Result{RC: OK, Stdout: string(b.xml())}
	}
	action, ok := b.actions[op.Action]
	if !ok {
		return fail(Done, Unimplemented, "ocf:crm:%s has no action %s", b.meta.Name, op.Action)
	}
	c := &call{Op: op, meta: &b.meta, state: r.state(), env: (&ocf{r}).env(op), dir: r.Dir}
	if c.dir == "" {
		c.dir = "/"
	}
	done := make(chan Result, 1)
	go func() { done <- action(ctx, c) }()
	select {
	case res := <-done:
		if ctx.Err() != nil && res.RC != OK {
			res.Status = Cancelled
		}
		return res
	case <-ctx.Done():
		return Result{Status: Cancelled, RC: GenericError}
	}
}

// param is a parameter's value, or its default.
func (c *call) param(name string) string {
	if v, ok := c.Params[name]; ok && v != "" {
		return v
	}
	if p := c.meta.Parameter(name); p != nil {
		return p.Default
	}
	return ""
}

// note is the file in which an agent remembers something about the resource.
func (c *call) note(suffix string) string {
	return filepath.Join(c.state, c.meta.Name+"-"+strings.ReplaceAll(c.Resource, "/", "_")+suffix)
}

// keep writes a note.
func (c *call) keep(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o640)
}

// seconds reads a parameter that is a number of seconds, or a duration with a unit.
func (c *call) seconds(name string) (time.Duration, error) {
	text := c.param(name)
	if text == "" {
		return 0, nil
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil && n >= 0 {
		return time.Duration(n * float64(time.Second)), nil
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return d, nil
	}
	return 0, fmt.Errorf("%s=%q: expected a number of seconds", name, text)
}

// wait passes time, unless the call ends first.
func wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func ok() Result { return Result{RC: OK} }

// refuse is a failed call with its reason.
func refuse(rc Code, format string, args ...any) Result { return fail(Done, rc, format, args...) }

// xml writes the description as the agent's meta-data action prints it.
func (b *builtin) xml() []byte {
	var out bytes.Buffer
	esc := func(s string) string {
		var e bytes.Buffer
		_ = xml.EscapeText(&e, []byte(s))
		return e.String()
	}
	p := func(format string, args ...any) { fmt.Fprintf(&out, format, args...) }
	p("<?xml version=\"1.0\"?>\n<resource-agent name=\"%s\" version=\"%s\">\n<version>1.1</version>\n\n", esc(b.meta.Name), esc(b.meta.Version))
	p("<longdesc lang=\"en\">\n%s\n</longdesc>\n<shortdesc lang=\"en\">%s</shortdesc>\n\n<parameters>\n", esc(b.meta.Long), esc(b.meta.Short))
	for _, prm := range b.meta.Parameters {
		p("<parameter name=\"%s\"", esc(prm.Name))
		for _, flag := range []struct {
			name string
			on   bool
		}{{"required", prm.Required}, {"unique", prm.Unique}, {"reloadable", prm.Reloadable}, {"private", prm.Private}} {
			if flag.on {
				p(" %s=\"1\"", flag.name)
			}
		}
		p(">\n<longdesc lang=\"en\">\n%s\n</longdesc>\n<shortdesc lang=\"en\">%s</shortdesc>\n<content type=\"%s\"", esc(prm.Long), esc(prm.Short), esc(prm.Type))
		if prm.HasDefault {
			p(" default=\"%s\"", esc(prm.Default))
		}
		p("/>\n</parameter>\n\n")
	}
	p("</parameters>\n\n<actions>\n")
	for _, a := range b.meta.Actions {
		p("<action name=\"%s\"", esc(a.Name))
		for _, at := range []struct{ name, value string }{{"timeout", a.Timeout}, {"interval", a.Interval}, {"depth", a.Depth}, {"role", a.Role}} {
			if at.value != "" {
				p(" %s=\"%s\"", at.name, esc(at.value))
			}
		}
		p("/>\n")
	}
	p("</actions>\n</resource-agent>\n")
	return out.Bytes()
}
