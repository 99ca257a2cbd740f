package tools

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine"
)

// Exit codes that Pacemaker's tools share.
const (
	exitOK           = 0
	exitError        = 1
	exitUsage        = 64
	exitUnavailable  = 69
	exitNoInput      = 65 // the data cannot be read
	exitMissingInput = 66
	exitCannotWrite  = 74
	exitBadConfig    = 78
)

// upgradeGoal is the schema that the tools upgrade CIBs to, as those of
// Pacemaker 2.1.5 do.
const upgradeGoal = "pacemaker-3.9"

// simulation is one call of crm_simulate.
type simulation struct {
	std  Streams
	what engine.WhatIf
	fail []engine.OpSpec

	run, execute, inPlace, attrs, failcounts bool
	scores, utilization, quiet, pending      bool
	all, ids, version                        bool
	source                                   string // xml-file, xml-pipe or live-check
	fancy                                    bool
	file, saveInput, saveOutput, graph, dot  string
	date, profile, outputAs, outputTo        string
	repeat                                   int
	now                                      time.Time
	out                                      *sections
	words                                    []string
	xml                                      *etree.Element // the report as XML; nil for text
	problems                                 []string       // what could not be supposed
}

// failure is an error with the exit code it leads to.
type failure struct {
	code int
	err  error
}

// Error is the error that it carries.
func (f *failure) Error() string { return f.err.Error() }

// Unwrap gives the error that it carries.
func (f *failure) Unwrap() error { return f.err }

func fail(code int, format string, args ...any) error {
	return &failure{code, fmt.Errorf(format, args...)}
}

// Simulate is crm_simulate: what would the cluster do about this CIB?
func Simulate(args []string, std Streams) int {
	dropStartup()
	gathered, flush := buffered(std)
	code := simulate(args, gathered)
	if err := flush(); err != nil && code == exitOK {
		fmt.Fprintln(std.Err, "crm_simulate:", err)
		return exitCannotWrite
	}
	return code
}

func simulate(args []string, std Streams) int {
	s := &simulation{std: std, repeat: 1, words: args}
	words, err := getopt(simulateFlags(), args, s.set)
	if errors.Is(err, errHelp) {
		return exitOK
	}
	if err == nil && len(words) > 0 {
		err = fmt.Errorf("unexpected word %q, expected only options", words[0])
	}
	if err != nil {
		fmt.Fprintln(std.Err, "crm_simulate:", err)
		return exitUsage
	}
	defer Frugally(roomFor(s.file))()
	if err := s.main(); err != nil {
		fmt.Fprintln(std.Err, "crm_simulate:", err)
		var f *failure
		if errors.As(err, &f) {
			return f.code
		}
		return exitError
	}
	return exitOK
}

// set takes in one option.
func (s *simulation) set(long, value string) error {
	switches := map[string]*bool{"run": &s.run, "simulate": &s.execute, "in-place": &s.inPlace, "show-attrs": &s.attrs,
		"show-failcounts": &s.failcounts, "show-scores": &s.scores, "show-utilization": &s.utilization, "quiet": &s.quiet,
		"pending": &s.pending, "all-actions": &s.all, "verbose": &s.ids,
		"version": &s.version, "text-fancy": &s.fancy}
	texts := map[string]*string{"xml-file": &s.file, "save-input": &s.saveInput, "save-output": &s.saveOutput,
		"save-graph": &s.graph, "save-dotfile": &s.dot, "set-datetime": &s.date, "profile": &s.profile,
		"output-as": &s.outputAs, "output-to": &s.outputTo, "quorum": &s.what.Quorum, "watchdog": &s.what.Watchdog}
	lists := map[string]*[]string{"node-up": &s.what.NodeUp, "node-down": &s.what.NodeDown, "node-fail": &s.what.NodeFail,
		"ticket-grant": &s.what.Grant, "ticket-revoke": &s.what.Revoke, "ticket-standby": &s.what.Standby,
		"ticket-activate": &s.what.Activate, "op-inject": &s.what.Results}
	if long == "xml-file" || long == "xml-pipe" || long == "live-check" {
		s.source = long // the last one counts
	}
	switch {
	case long == "help" || strings.HasPrefix(long, "help-"):
		simulateHelp(s.std.Out, long)
		return errHelp
	case long == "live-check" || long == "xml-pipe":
	case switches[long] != nil:
		*switches[long] = true
	case texts[long] != nil:
		*texts[long] = value
	case lists[long] != nil:
		*lists[long] = append(*lists[long], value)
	case long == "op-fail":
		spec, err := engine.ParseOpSpec(value)
		if err != nil {
			return err
		}
		s.fail, s.execute = append(s.fail, spec), true
	case long == "repeat":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 {
			return fmt.Errorf("option -N: %q, expected a number above 0", value)
		}
		s.repeat = n
	}
	return nil
}

func (s *simulation) main() error {
	switch {
	case s.version:
		fmt.Fprintln(s.std.Out, "crm_simulate of crm (graph format of feature set "+engine.FeatureSet+")")
		return nil
	case s.outputAs == "xml":
		s.xml = pacemakerResult("crm_simulate", s.words)
	case s.outputAs == "none":
		s.std.Out = io.Discard
	case s.outputAs != "" && s.outputAs != "text":
		return fail(exitNotFound, "option --output-as: %q, expected text, xml or none", s.outputAs)
	}
	if s.outputTo != "" && s.outputTo != "-" {
		file, err := os.Create(s.outputTo)
		if err != nil {
			return cannotCreate(err)
		}
		defer file.Close()
		std, flush := buffered(Streams{Out: file})
		defer flush()
		s.std.Out = std.Out
	}
	s.execute = s.execute || s.inPlace
	s.run = s.run || s.execute || s.graph != "" || s.dot != "" || s.scores || s.utilization
	s.out = &sections{w: s.std.Out, plain: s.scores && s.quiet && !s.fancy}
	err := s.work()
	if s.xml != nil {
		s.endXML(err)
	}
	return err
}

// work does what was asked for, but for the frame around the report.
func (s *simulation) work() error {
	if s.profile != "" {
		return s.runProfile()
	}
	if s.inPlace {
		if err := s.overwrites(); err != nil {
			return err
		}
	}
	if err := creatable(s.saveOutput); err != nil {
		return err
	}
	doc, err := s.read()
	if err != nil {
		return err
	}
	return s.simulate(doc)
}

// overwrites lets the result go to where the input comes from, and nowhere
// else.
func (s *simulation) overwrites() error {
	if s.source != "live-check" && (s.source != "xml-file" || s.file == "" || s.file == "-") {
		return fail(exitMissingInput, "option -X: expected a file to write to, given by -x")
	}
	s.saveOutput = ""
	return nil
}

// creatable tells early whether a file can be written.
func creatable(name string) error {
	if name == "" {
		return nil
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return cannotCreate(err)
	}
	return file.Close()
}

// cannotCreate is the failure of making a file, with the exit code that its
// reason has in Pacemaker's tools.
func cannotCreate(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fail(exitNotFound, "%w", err)
	case errors.Is(err, fs.ErrPermission):
		return fail(exitDenied, "%w", err)
	}
	return fail(exitError, "%w", err)
}

// read gets the CIB from a file, or from standard input.
func (s *simulation) read() (*cib.Document, error) {
	if s.source == "live-check" {
		d, err := openStore().read()
		if err != nil {
			return nil, err
		}
		return s.parse(string(d.Bytes()))
	}
	text, err := s.text()
	if err != nil {
		return nil, fail(exitNoInput, "cannot read the CIB: %w", err)
	}
	return s.parse(text)
}

func (s *simulation) text() (string, error) {
	if s.source != "xml-file" || s.file == "" || s.file == "-" {
		text, err := io.ReadAll(s.std.In)
		return string(text), err
	}
	text, err := readText(s.file)
	if err != nil || strings.HasPrefix(strings.TrimSpace(text), "<") {
		return text, err
	}
	plain, err := unpacked([]byte(text))
	return string(plain), err
}

// readText is a file as a string, held in memory once.
func readText(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	var text strings.Builder
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
		text.Grow(int(min(info.Size(), cib.MaxBytes)))
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{&text}, struct{ io.Reader }{file}, make([]byte, 64<<10))
	return text.String(), err
}

// unpacked undoes gzip and bzip2.
func unpacked(text []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(text, []byte("\x1f\x8b")):
		r, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(r)
	case bytes.HasPrefix(text, []byte("BZh")):
		return io.ReadAll(bzip2.NewReader(bytes.NewReader(text)))
	}
	return text, nil
}

func (s *simulation) parse(text string) (*cib.Document, error) {
	doc, err := cib.ParseText(text)
	if err != nil {
		return nil, fail(exitNoInput, "%w", err)
	}
	switch cib.Attr(doc.Root(), "validate-with") {
	case "":
		fmt.Fprintln(s.std.Err, "Schema validation of configuration is disabled (enabling is encouraged and prevents common misconfigurations)")
	case "none":
		fmt.Fprintln(s.std.Err, `Schema validation of configuration is disabled (support for validate-with set to "none" `+
			`is deprecated and will be removed in a future release)`)
	}
	for _, f := range cib.Validate(doc) {
		if f.Severity == cib.Error {
			return nil, fail(exitBadConfig, "the CIB is not valid: %s", strings.TrimPrefix(f.String(), "error: "))
		}
	}
	if cib.Child(doc.Root(), "configuration") == nil {
		return nil, fail(exitBadConfig, "the CIB has no <configuration>")
	}
	if doc, err = s.upgraded(doc); err != nil {
		return nil, err
	}
	if cib.Child(doc.Root(), "status") == nil {
		doc.Root().CreateElement("status")
	}
	return doc, s.setTime(doc)
}

// upgraded is a CIB as it is to be written: one of a schema before 3.0 in the
// words of the one that Pacemaker upgrades to.
func (s *simulation) upgraded(doc *cib.Document) (*cib.Document, error) {
	major, _, ok := cib.Schema(cib.Attr(doc.Root(), "validate-with"))
	if !ok || major >= 3 || s.saveInput == "" && s.saveOutput == "" && !s.inPlace {
		return doc, nil
	}
	next, _, err := cib.UpgradeTo(doc, upgradeGoal)
	if err != nil {
		return nil, fail(exitBadConfig, "%w", err)
	}
	return next, nil
}

// setTime finds the time that counts: asked for, the CIB's own, or now.
func (s *simulation) setTime(doc *cib.Document) error {
	s.now = time.Now()
	if s.date != "" {
		t, err := engine.ParseTime(s.date, s.now)
		if err != nil {
			return fail(exitUsage, "option -t: %w", err)
		}
		s.now = t
		return nil
	}
	if text := cib.Attr(doc.Root(), "execution-date"); text != "" {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			s.now = time.Unix(n, 0)
		}
	}
	return nil
}

// sayTime tells which time counts, when it is not now.
func (s *simulation) sayTime(doc *cib.Document) {
	switch {
	case s.quiet, s.xml != nil:
	case s.date != "":
		fmt.Fprintln(s.std.Out, "Setting effective cluster time: "+s.date)
	case cib.Attr(doc.Root(), "execution-date") != "":
		fmt.Fprintln(s.std.Out, "Using the original execution date of: "+s.now.UTC().Format("2006-01-02 15:04:05Z"))
	}
}
