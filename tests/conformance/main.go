package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const floorsFile = "tests/floors.txt"

// count is how many cases of one name passed, of how many.
type count struct {
	name          string
	passed, outOf int
}

func main() {
	raise := flag.Bool("raise", false, "write this run's counts as the new floors")
	flag.Parse()
	if err := run(*raise); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

func run(raise bool) error {
	shared, err := sharedFolder()
	if err != nil {
		if os.Getenv("CI") == "true" {
			return fmt.Errorf("the cases must be there in CI: %w", err)
		}
		fmt.Println("SKIPPED: conformance:", err)
		return nil
	}
	counts, err := measure(filepath.Join(shared, "conformance"))
	if err != nil {
		return err
	}
	floors, err := readFloors()
	if err != nil {
		return err
	}
	fallen := report(counts, floors)
	if raise && fallen == 0 {
		return writeFloors(counts)
	}
	if fallen > 0 {
		return fmt.Errorf("%d counts fell below the floors in %s", fallen, floorsFile)
	}
	return nil
}

func sharedFolder() (string, error) {
	dir := os.Getenv("CRM_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "shared")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(filepath.Join(dir, "conformance")); err != nil {
		return "", fmt.Errorf("no cases: set CRM_SHARED to their folder (%w)", err)
	}
	return dir, nil
}

// measure runs each runner and gathers its counts.
func measure(data string) ([]count, error) {
	var all []count
	for level := 1; level <= 4; level++ {
		out, err := runner(filepath.Join(data, "schedconf"), "--bin", "bin/crm_simulate",
			"--data", filepath.Join(data, "scheduler"), "--level", strconv.Itoa(level))
		if err != nil {
			return nil, err
		}
		all = append(all, counts(fmt.Sprintf("engine.level%d.", level), out)...)
	}
	out, err := runner(filepath.Join(data, "crmconf"), "--bin", "bin/crm", "--data", filepath.Join(data, "crmsh"),
		"--known", "docs/known-differences-crmsh.txt")
	if err != nil {
		return nil, err
	}
	all = append(all, counts("crm.", out)...)
	refusals, err := refusalsAnswer(filepath.Dir(data))
	if err != nil {
		return nil, err
	}
	upgrades, err := schemaUpgrades(filepath.Dir(data))
	return append(append(all, refusals...), upgrades), err
}

// refusalsAnswer counts, for each question that the refusal of a malformed
// line must answer, the cases in which it does. A test of cmd/crm asks.
func refusalsAnswer(shared string) ([]count, error) {
	cmd := exec.Command("go", "test", "-count=1", "-v", "-run", "^TestRefusalsOfTheCorpus$", "./cmd/crm")
	cmd.Env = append(os.Environ(), "CRM_SHARED="+shared)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	var all []count
	for _, m := range refusal.FindAllStringSubmatch(string(out), -1) {
		fmt.Println(m[0])
		all = append(all, count{"refusal." + m[1], number(m[2]), number(m[3])})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no refusal was judged: %w\n%s", err, out)
	}
	return all, nil
}

var refusal = regexp.MustCompile(`(?m)^refusals (\w+) (\d+)/(\d+)$`)

var upgradeCase = regexp.MustCompile(`(?m)^ +--- (PASS|FAIL): `)

// schemaUpgrades counts the upgrade cases, which a test of cib goes through.
func schemaUpgrades(shared string) (count, error) {
	cmd := exec.Command("go", "test", "-count=1", "-v", "-run", "^TestUpgradeMakesWhatPacemakerMakes$", "./cib")
	cmd.Env = append(os.Environ(), "CRM_SHARED="+shared)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	c := count{name: "cib.upgrade"}
	for _, m := range upgradeCase.FindAllStringSubmatch(string(out), -1) {
		c.outOf++
		if m[1] == "PASS" {
			c.passed++
		}
	}
	if c.outOf == 0 {
		return c, fmt.Errorf("no upgrade case was run: %w\n%s", err, out)
	}
	fmt.Printf("schema upgrades %d/%d\n", c.passed, c.outOf)
	return c, nil
}

// runner runs one of the scripts; ending with 1 only says that a case failed.
func runner(script string, args ...string) (string, error) {
	fmt.Println("$", filepath.Base(script), strings.Join(args, " "))
	cmd := exec.Command("python3", append([]string{script}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		return "", fmt.Errorf("%s: %w", script, err)
	}
	fmt.Print(string(out))
	return string(out), nil
}

var line = regexp.MustCompile(`(?m)^(\w+) +(\d+)/(\d+)`)

func counts(prefix, out string) []count {
	var all []count
	for _, m := range line.FindAllStringSubmatch(out, -1) {
		all = append(all, count{prefix + m[1], number(m[2]), number(m[3])})
	}
	return all
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err) // the pattern takes digits only
	}
	return n
}

// report prints the table and returns how many counts are below their floor.
// A floor whose count is missing has fallen too.
func report(counts []count, floors map[string]int) int {
	fallen := 0
	fmt.Printf("\n%-24s %8s %8s %8s\n", "conformance", "passed", "of", "floor")
	for _, c := range counts {
		mark := ""
		if c.passed < floors[c.name] {
			mark = "  FELL"
			fallen++
		}
		fmt.Printf("%-24s %8d %8d %8d%s\n", c.name, c.passed, c.outOf, floors[c.name], mark)
	}
	for name, floor := range floors { // order: only messages
		if !slices.ContainsFunc(counts, func(c count) bool { return c.name == name }) {
			fmt.Printf("%-24s %8s %8s %8d  FELL: was not measured\n", name, "-", "-", floor)
			fallen++
		}
	}
	return fallen
}

// confirmed are the floors that "make confirm" holds, in percent.
var confirmed = regexp.MustCompile(`(?m)^confirm\..*`)

func readFloors() (map[string]int, error) {
	f, err := os.Open(floorsFile)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	floors := map[string]int{}
	scan := bufio.NewScanner(f)
	for scan.Scan() {
		words := strings.Fields(scan.Text())
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words) != 2 {
			return nil, fmt.Errorf("%s: want \"name count\", got %q", floorsFile, scan.Text())
		}
		n, err := strconv.Atoi(words[1])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", floorsFile, err)
		}
		if confirmed.MatchString(scan.Text()) {
			continue
		}
		floors[words[0]] = n
	}
	return floors, scan.Err()
}

func writeFloors(counts []count) error {
	old, err := os.ReadFile(floorsFile)
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("# How many of the peers' cases pass; a count may never fall. Raised by `make floors`.\n")
	for _, c := range counts {
		fmt.Fprintf(&b, "%s %d\n", c.name, c.passed)
	}
	for _, line := range confirmed.FindAllString(string(old), -1) {
		b.WriteString(line + "\n")
	}
	return os.WriteFile(floorsFile, []byte(b.String()), 0o644)
}
