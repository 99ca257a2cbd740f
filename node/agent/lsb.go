package agent

import (
	"context"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// lsb runs init scripts.
type lsb struct{ r *Runner }

func (c *lsb) folders() []string {
	if len(c.r.Roots.Init) > 0 {
		return c.r.Roots.Init
	}
	return []string{"/etc/init.d"}
}

// Providers is nil: init scripts have none.
func (c *lsb) Providers() []string { return nil }

// Types are the init scripts.
func (c *lsb) Types(string) []string {
	var names []string
	for _, dir := range c.folders() {
		names = append(names, Executables(dir)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// find is the path of an init script, "" when there is none.
func (c *lsb) find(typ string) string { return findIn(c.folders(), typ) }

func findIn(folders []string, typ string) string {
	if typ == "" || strings.Contains(typ, "/") {
		return ""
	}
	for _, dir := range folders {
		if path := filepath.Join(dir, typ); isExecutable(path) {
			return path
		}
	}
	return ""
}

// Metadata is made from the comment block that LSB asks init scripts to have.
func (c *lsb) Metadata(_ context.Context, ref Ref) ([]byte, error) {
	path := c.find(ref.Type)
	if path == "" {
		return nil, fmt.Errorf("no init script %s in %s", ref.Type, strings.Join(c.folders(), ", "))
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	short, long := initHeader(string(text))
	if short == "" {
		short = ref.Type
	}
	return plainMetadata(ref.Type, short, long), nil
}

// initHeader reads Short-Description and Description of a BEGIN INIT INFO block.
func initHeader(text string) (short, long string) {
	_, text, ok := strings.Cut(text, "### BEGIN INIT INFO")
	if !ok {
		return "", ""
	}
	text, _, _ = strings.Cut(text, "### END INIT INFO")
	inLong := false
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		key, value, isKey := strings.Cut(strings.TrimPrefix(line, "# "), ":")
		switch {
		case isKey && key == "Short-Description":
			short, inLong = strings.TrimSpace(value), false
		case isKey && key == "Description":
			long, inLong = strings.TrimSpace(value), true
		case inLong && (strings.HasPrefix(line, "#  ") || strings.HasPrefix(line, "#\t")):
			long += "\n" + strings.TrimSpace(line[1:])
		default:
			inLong = false
		}
	}
	return short, long
}

// plainMetadata describes an agent that takes no parameters.
func plainMetadata(name, short, long string) []byte {
	type action struct {
		Name     string `xml:"name,attr"`
		Timeout  string `xml:"timeout,attr"`
		Interval string `xml:"interval,attr,omitempty"`
	}
	type agentXML struct {
		XMLName xml.Name `xml:"resource-agent"`
		Name    string   `xml:"name,attr"`
		Version string   `xml:"version,attr"`
		OCF     string   `xml:"version"`
		Long    xmlOut   `xml:"longdesc"`
		Short   xmlOut   `xml:"shortdesc"`
		Params  struct{} `xml:"parameters"`
		Actions []action `xml:"actions>action"`
	}
	doc := agentXML{Name: name, Version: "0.1", OCF: "1.1", Long: xmlOut{"en", long}, Short: xmlOut{"en", short}, Actions: []action{
		{"meta-data", "5s", ""}, {"start", "15s", ""}, {"stop", "15s", ""}, {"status", "15s", ""}, {"restart", "15s", ""},
		{"force-reload", "15s", ""}, {"monitor", "15s", "15s"}}}
	text, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		panic(err) // a fixed shape of strings
	}
	return append([]byte(xml.Header), append(text, '\n')...)
}

type xmlOut struct {
	Lang string `xml:"lang,attr"`
	Text string `xml:",chardata"`
}

// Run calls the init script; "monitor" is its status action.
func (c *lsb) Run(ctx context.Context, op Op) Result {
	path := c.find(op.Ref.Type)
	if path == "" {
		return fail(NotInstalled, CodeNotInstalled, "no init script %s in %s", op.Ref.Type, strings.Join(c.folders(), ", "))
	}
	action := op.Action
	translate := lsbCode
	if action == "monitor" || action == "status" {
		action, translate = "status", lsbStatusCode
	}
	out := c.r.call(ctx, op, Script{Path: path, Args: []string{action}, Env: c.r.Environ(nil), Dir: c.r.Dir})
	return out.result(path, translate)
}

// lsbStatusCode gives an exit code of "status" its OCF meaning (Linux Standard
// Base, Init Script Actions): dead with a pid or lock file left is not running.
func lsbStatusCode(code int) Code {
	switch code {
	case 0:
		return OK
	case 1, 2, 3:
		return NotRunning
	case 150: // of the range for applications; the cluster's own
		return CodeNotInstalled
	case 151:
		return InsufficientPriv
	}
	return GenericError
}

// lsbCode gives any other action's exit code its OCF meaning; up to 7 the two
// standards agree.
func lsbCode(code int) Code {
	if code >= 0 && code <= 7 {
		return Code(code)
	}
	return GenericError
}
