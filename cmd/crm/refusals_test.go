package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"crm/completions"
	"crm/grammar"
	"crm/node/agent"
	"crm/shell"
)

// refusalCase is one case of the corpus of configure lines.
type refusalCase struct {
	ID, Status, Mode, Pre string
	Input                 []string
}

// The questions that a refusal must answer.
const (
	saysLine     = "line"     // where it was typed, not where it was found out
	saysColumn   = "column"   // of the word itself
	saysWord     = "word"     // which word that is
	saysExpected = "expected" // what would have been right, or what to do
	saysNear     = "near"     // the known word that was most likely meant
	unchanged    = "unchanged"
)

var questions = []string{saysLine, saysColumn, saysWord, saysExpected, saysNear, unchanged}

// TestRefusalsOfTheCorpus types every case that crmsh refuses, and holds each
// error against the questions above. Its last lines are counted by
// tests/conformance.
func TestRefusalsOfTheCorpus(t *testing.T) {
	dir := sharedDir(t, "conformance/crmsh")
	known := knownDifferences(t)
	agents := recordedAgents(t, filepath.Join(dir, "ra-meta"))
	passed, all := map[string]int{}, 0
	for _, c := range refusalCases(t, filepath.Join(dir, "corpus.jsonl")) {
		if known[c.ID] {
			continue
		}
		all++
		missing := c.missing(t, dir, agents)
		for _, q := range questions {
			if reason, is := missing[q]; is {
				t.Errorf("%s: %s: %s", c.ID, q, reason)
				continue
			}
			passed[q]++
		}
	}
	for _, q := range questions {
		fmt.Printf("refusals %s %d/%d\n", q, passed[q], all)
	}
}

func refusalCases(t *testing.T, file string) (list []refusalCase) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var c refusalCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if c.Status != "ok" && c.Mode != "xml" {
			list = append(list, c)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

func knownDifferences(t *testing.T) map[string]bool {
	text, err := os.ReadFile("../../docs/known-differences-crmsh.txt")
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if id, _, _ := strings.Cut(line, " "); id != "#" {
			ids[id] = true
		}
	}
	return ids
}

// place is what a refusal begins with: file, line, column and the rest.
var place = regexp.MustCompile(`(?s)^([a-z.]+):(\d+):(?:(\d+):)? (.*)$`)

// missing types the case and says which questions its errors leave open.
func (c refusalCase) missing(t *testing.T, dir string, agents shell.Agents) map[string]string {
	pre, err := os.ReadFile(filepath.Join(dir, c.Pre))
	if err != nil {
		t.Fatal(err)
	}
	work := t.TempDir()
	path := filepath.Join(work, "cib.xml")
	if err := os.WriteFile(path, pre, 0o600); err != nil {
		t.Fatal(err)
	}
	texts := map[string][]string{"in.crm": c.Input}
	lines := c.Input
	if c.Mode == "load" {
		lines = []string{"load update in.crm"}
	}
	script := slices.Concat([]string{"configure"}, lines, []string{"commit"})
	texts["script"] = script
	cluster := &fileCluster{path: path, now: time.Now}
	var out bytes.Buffer
	env := &shell.Env{Out: &out, Err: &out, Cluster: cluster, Agents: agents, Files: oneText(strings.Join(c.Input, "\n") + "\n"), Now: time.Now}
	failed := shell.NewSession(env, shell.Options{}).Batch(t.Context(), "script", strings.NewReader(strings.Join(script, "\n")+"\n"))
	open := map[string]string{}
	if failed == nil {
		open[saysLine] = "taken"
	}
	errs := 0
	for line := range strings.Lines(out.String()) {
		if text, is := strings.CutPrefix(line, "ERROR: "); is {
			errs++
			judge(strings.TrimSuffix(text, "\n"), texts, string(pre), open)
		}
	}
	if errs == 0 {
		open[saysLine] = "no error is told"
	}
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, pre) && c.Status != "error-partial" {
		open[unchanged] = fmt.Sprintf("the CIB is another (%v)", err)
	}
	return open
}

// judge holds one error against the questions.
func judge(text string, texts map[string][]string, pre string, open map[string]string) {
	miss := func(question string) {
		if open[question] == "" {
			open[question] = text
		}
	}
	m := place.FindStringSubmatch(text)
	if m == nil || texts[m[1]] == nil {
		miss(saysLine)
		miss(saysColumn)
		miss(saysWord)
		return
	}
	lines, says := texts[m[1]], m[4]
	number, _ := strconv.Atoi(m[2])
	if number > len(lines) || lines[number-1] == "commit" {
		miss(saysLine)
	}
	if !strings.Contains(says, "; ") {
		miss(saysExpected)
	}
	column, _ := strconv.Atoi(m[3])
	if column == 0 || number > len(lines) {
		miss(saysColumn)
		miss(saysWord)
		return
	}
	line := lines[number-1]
	for next := number; strings.HasSuffix(line, `\`) && next < len(lines); next++ {
		line = strings.TrimSuffix(line, `\`) + strings.TrimSpace(lines[next])
	}
	rest, good := from(line, column)
	if !good {
		miss(saysColumn)
	}
	if rest == "" {
		if !strings.Contains(says, "ends too early") {
			miss(saysWord)
		}
		return
	}
	word := named(says, rest)
	if word == "" {
		miss(saysWord)
		word, _, _ = strings.Cut(rest, " ")
	}
	word = strings.Trim(word, "<:=")
	near := grammar.Near(word, nearby(says, pre))
	if near != "" && near != word && !strings.Contains(says, "did you mean") && !strings.Contains(says, " already") {
		open[saysNear] = text + " [" + near + "]"
	}
}

// from is what stands from a column of a line on, and whether a word or a part
// of one begins there.
func from(line string, column int) (rest string, good bool) {
	for column > 1 && line != "" {
		_, n := utf8.DecodeRuneInString(line)
		last, _ := utf8.DecodeLastRuneInString(line[:n])
		good = strings.ContainsRune(" \t:,=@([{'\"<.", last)
		line, column = line[n:], column-1
	}
	return line, good || column == 1 && line != "" || line == ""
}

// quotes finds the words that a message sets off, and the names of attributes
// and objects that it speaks of.
var quotes = regexp.MustCompile(`"([^"]*)"|'([^']*)'`)

// named is the word of a message that stands at this place of the line, "" if
// there is none.
func named(says, rest string) string {
	for _, m := range quotes.FindAllStringSubmatch(says, -1) {
		word := strings.TrimSuffix(m[1]+m[2], "...")
		if word != "" && (strings.HasPrefix(rest, word) || strings.HasPrefix(strings.NewReplacer(`"`, "", `'`, "").Replace(rest), word)) {
			return word
		}
	}
	name, _, _ := strings.Cut(rest, " ")
	name, _, _ = strings.Cut(name, "=")
	if name = name[strings.LastIndexAny(name, ".:")+1:]; name != "" && regexp.MustCompile(`\b`+regexp.QuoteMeta(name)+`\b`).MatchString(says) {
		return name
	}
	return ""
}

// nearby are the known words that could have been meant: those the message
// expects, the ids there are, the statements.
func nearby(says, pre string) []string {
	_, expected, _ := strings.Cut(says, "expected ")
	expected, _, _ = strings.Cut(expected, "(did you mean")
	words := strings.FieldsFunc(expected, func(r rune) bool { return !unicode.IsLetter(r) && r != '_' && r != '-' })
	words = slices.DeleteFunc(words, func(w string) bool { return len(w) < 3 })
	for _, m := range regexp.MustCompile(`<(?:primitive|group|clone|master|bundle|template|acl_role|tag) [^>]*?id="([^"]*)"`).FindAllStringSubmatch(pre, -1) {
		words = append(words, m[1])
	}
	return words
}

// oneText is a file system whose every file holds the same.
type oneText string

func (f oneText) Read(string) ([]byte, error) { return []byte(f), nil }

func (oneText) Write(string, []byte) error { return errors.New("read only") }

// recorded are the agents whose meta-data is kept beside the corpus, and the
// few fence agents that it speaks of.
type recorded map[string]*completions.Metadata

func recordedAgents(t *testing.T, dir string) recorded {
	list := recorded{
		"stonith::null": {Name: "null", Parameters: []completions.Parameter{{Name: "hostlist", Required: true, Short: "Hostlist"}}},
		"stonith::external/ipmi": {Name: "external/ipmi", Parameters: []completions.Parameter{
			{Name: "hostname"}, {Name: "ipaddr"}, {Name: "userid"}, {Name: "passwd"}, {Name: "interface"}}},
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.xml"))
	if err != nil || len(files) == 0 {
		t.Skipf("no meta-data in %s", dir)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		provider, typ, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".xml"), "_")
		m, err := agent.ParseMetadata(text)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		list["ocf:"+provider+":"+typ] = described(m)
	}
	return list
}

func (recorded) Classes() []string { return []string{"lsb", "ocf", "service", "stonith", "systemd"} }

func (recorded) Providers(class string) []string {
	if class == "ocf" {
		return []string{"heartbeat", "pacemaker"}
	}
	return nil
}

func (r recorded) Types(class, provider string) (types []string) {
	for key := range r { // order: sorted below
		if typ, is := strings.CutPrefix(key, class+":"+provider+":"); is {
			types = append(types, typ)
		}
	}
	slices.Sort(types)
	return types
}

func (r recorded) Metadata(class, provider, typ string) *completions.Metadata {
	return r[class+":"+provider+":"+typ]
}

func (recorded) Validate(context.Context, string, map[string]string) (string, error) {
	return "", errors.New("none is run")
}
