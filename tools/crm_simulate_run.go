package tools

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine"
)

// situation reads what the CIB says is where.
func (s *simulation) situation(doc *cib.Document) (*engine.Situation, error) {
	sit, err := engine.Read(engine.Input{CIB: doc, Now: s.now, Clock: time.Now(), Scores: s.scores, Utilization: s.utilization, AllActions: s.all, Sanitized: true})
	if err != nil {
		return nil, fail(exitBadConfig, "%w", err)
	}
	return sit, nil
}

func (s *simulation) simulate(doc *cib.Document) error {
	s.sayTime(doc)
	sit, err := s.situation(doc)
	if err != nil {
		return err
	}
	if !s.quiet && s.xml == nil {
		for _, line := range sit.Notices() {
			s.out.line(line)
		}
	}
	s.showStatus("Current cluster status", doc, sit, true)
	if !s.what.Empty() {
		if sit, err = s.suppose(sit, doc); err != nil {
			return err
		}
	}
	if err := creatable(s.saveInput); err != nil {
		return err
	}
	if err := save(s.saveInput, doc.Bytes); err != nil {
		return err
	}
	if !s.run {
		return save(s.saveOutput, doc.Bytes)
	}
	out := sit.Decide()
	for _, w := range out.Warnings() {
		s.warn(w.String())
	}
	s.showScores(out)
	if err := s.saveDecision(out); err != nil {
		return err
	}
	s.showSummary(out)
	if !s.execute {
		return save(s.saveOutput, doc.Bytes)
	}
	return s.carryOut(out)
}

// warn tells on standard error what is wrong with the configuration, when -V
// asks for it.
func (s *simulation) warn(text string) {
	if s.ids && s.xml == nil {
		fmt.Fprintln(s.std.Err, text)
	}
}

// suppose writes what is supposed into the CIB and reads it again.
func (s *simulation) suppose(sit *engine.Situation, doc *cib.Document) (*engine.Situation, error) {
	s.what.At = time.Now() // whatever time the cluster is told that it is
	lines, problems := sit.Suppose(&s.what)
	switch {
	case s.xml != nil:
		s.supposedXML(lines)
	case s.quiet:
		s.out.begun = true // a section that says nothing is one all the same
	default:
		s.out.section("Performing Requested Modifications", lines)
	}
	for _, p := range problems {
		if s.problems = append(s.problems, p.Error()); s.xml == nil {
			fmt.Fprintln(s.std.Err, p)
		}
	}
	s.sayTime(doc)
	return s.situation(doc)
}

// showStatus tells how the cluster is; as XML even when it shall be quiet.
func (s *simulation) showStatus(title string, doc *cib.Document, sit *engine.Situation, pending bool) {
	m := &monitor{doc: doc, sit: sit, set: map[string]bool{"inactive": true}, text: map[string]string{}, settled: !pending}
	if s.xml != nil {
		s.statusXML(strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(title, "Current ")), " ", "_"), m)
		return
	}
	if s.quiet {
		return
	}
	s.out.section(title, sit.StatusLines(pending))
	part := func(title string, lines []string) {
		s.out.section("", append([]string{"  * " + title + ":"}, deeper(lines)...))
	}
	if lines := m.attributes(); s.attrs && len(lines) > 0 {
		part("Node Attributes", lines)
	}
	if s.failcounts && len(m.online()) > 0 {
		part("Migration Summary", m.failcounts())
		if lines := m.failuresInFull(); len(lines) > 0 {
			part("Failed Resource Actions", lines)
		}
	}
}

// deeper puts lines one level further in.
func deeper(lines []string) []string {
	list := make([]string, len(lines))
	for i, l := range lines {
		list[i] = "  " + l
	}
	return list
}

func (s *simulation) showScores(out *engine.Output) {
	switch {
	case s.xml != nil && (s.scores || s.utilization):
		s.scoresXML(out.ScoreLines())
	case s.xml != nil:
	case s.scores && s.utilization:
		s.out.section("Assignment Scores and Utilization Information", bulleted(out.ScoreLines()))
	case s.scores:
		s.out.section("Assignment Scores", bulleted(out.ScoreLines()))
	case s.utilization:
		s.out.section("Utilization Information", bulleted(out.ScoreLines()))
	}
}

func (s *simulation) showSummary(out *engine.Output) {
	switch {
	case s.xml != nil:
		s.plannedXML(out.Planned())
	case !s.quiet:
		s.out.section("Transition Summary", bulleted(out.SummaryLines()))
	}
}

func bulleted(lines []string) []string {
	list := make([]string, len(lines))
	for i, l := range lines {
		list[i] = "  * " + l
	}
	return list
}

// save writes a file if a name for it was given; "-" is not a name here.
func save(name string, content func() []byte) error {
	if name == "" {
		return nil
	}
	if err := os.WriteFile(name, content(), 0o644); err != nil {
		return fail(exitCannotWrite, "%w", err)
	}
	return nil
}

func (s *simulation) saveDecision(out *engine.Output) error {
	if err := save(s.graph, out.Graph.XML); err != nil {
		return err
	}
	return save(s.dot, func() []byte { return []byte(out.Dot(s.ids)) })
}

func (s *simulation) carryOut(out *engine.Output) error {
	done := out.SimulateInPlace(s.fail)
	switch {
	case s.xml != nil:
		s.stepsXML(done)
	case s.quiet:
		s.out.gap()
	default:
		s.out.section("Executing Cluster Transition", done.Lines)
		s.sayTime(done.CIB)
	}
	target := s.saveOutput
	if s.inPlace && s.source == "xml-file" {
		target = s.file
	}
	if err := save(target, done.CIB.Bytes); err != nil {
		return err
	}
	if !s.quiet || s.xml != nil {
		sit, err := s.situation(done.CIB)
		if err != nil {
			return err
		}
		s.showStatus("Revised Cluster Status", done.CIB, sit, false)
	}
	if !done.Complete {
		if s.xml != nil {
			s.problems = append(s.problems, "Transition failed: terminated")
		} else {
			fmt.Fprintln(s.std.Err, "Transition failed: terminated")
		}
		return fail(exitError, "An invalid transition was produced")
	}
	return nil
}

// runProfile decides every CIB of a directory and says how long it took.
func (s *simulation) runProfile() error {
	entries, err := os.ReadDir(s.profile)
	if err != nil {
		return fail(exitNoInput, "%w", err)
	}
	names := slices.DeleteFunc(entries, func(e os.DirEntry) bool { return e.IsDir() || !strings.HasSuffix(e.Name(), ".xml") })
	var lines []string
	timings := etree.NewElement("timings")
	for _, e := range names {
		path := filepath.Join(s.profile, e.Name())
		took, err := s.profileOne(path)
		if err != nil {
			return err
		}
		lines = append(lines, fmt.Sprintf("  * Testing %s ... %.2f secs", path, took.Seconds()))
		attrs(timings.CreateElement("timing"), "file", path, "duration", strconv.FormatFloat(took.Seconds(), 'f', 6, 64))
	}
	if s.xml != nil {
		s.xml.AddChild(timings)
		return nil
	}
	s.out.section("Timings", lines)
	return nil
}

func (s *simulation) profileOne(path string) (time.Duration, error) {
	text, err := readText(path)
	if err != nil {
		return 0, fail(exitNoInput, "%w", err)
	}
	doc, err := s.parse(text)
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	for range s.repeat {
		sit, err := s.situation(doc)
		if err != nil {
			return 0, err
		}
		sit.Decide()
	}
	return time.Since(begin), nil
}
