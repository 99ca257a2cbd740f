package tools

import (
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"crm/cib"
	"crm/engine"
)

var verifyFlags = []flag{
	{'h', "help", false}, {'?', "help-all", false}, {'$', "version", false}, {'V', "verbose", false}, {'q', "quiet", false},
	{'L', "live-check", false}, {'x', "xml-file", true}, {'p', "xml-pipe", false}, {'X', "xml-text", true}, {'S', "save-xml", true},
	{0, "output-as", true}, {0, "output-to", true},
}

const verifyHelp = `crm_verify - check a configuration for errors
Usage: crm_verify -L | -x FILE | -p | -X XML [-V] [-S FILE]

 -L, --live-check      of the running cluster (or of CIB_file)
 -x, --xml-file=FILE   in a file
 -p, --xml-pipe        on standard input
 -X, --xml-text=XML    in the argument
 -S, --save-xml=FILE   save what was checked
 -V, --verbose         say what is wrong; twice: warnings and notes too
 -q, --quiet           say nothing
`

// Verify is crm_verify: what is wrong with a configuration?
func Verify(args []string, std Streams) int {
	text, on := map[string]string{}, map[string]int{}
	words, err := getopt(verifyFlags, args, func(long, value string) error {
		text[long] = value
		on[long]++
		return nil
	})
	switch {
	case err == nil && on["help"]+on["help-all"] > 0:
		_, err = io.WriteString(std.Out, verifyHelp)
		return ended(std, "crm_verify", err)
	case err == nil && on["version"] > 0:
		_, err = fmt.Fprintln(std.Out, "crm_verify of crm")
		return ended(std, "crm_verify", err)
	case err == nil && len(words) > 0:
		err = fmt.Errorf("unexpected word %q, expected only options", words[0])
	}
	if err != nil {
		return ended(std, "crm_verify", fail(exitUsage, "%w", err))
	}
	d, err := verifyInput(std, text, on)
	if err == nil && on["save-xml"] > 0 {
		if err = os.WriteFile(text["save-xml"], d.Bytes(), 0o644); err != nil {
			err = fail(exitCannotWrite, "%w", err)
		}
	}
	if err != nil {
		return ended(std, "crm_verify", err)
	}
	code := report(std, allFindings(d), on)
	if text["output-as"] == "xml" {
		out := pacemakerResult("crm_verify", args)
		status := out.CreateElement("status")
		status.CreateAttr("code", fmt.Sprint(code))
		status.CreateAttr("message", map[int]string{exitOK: "OK", exitBadConfig: "Invalid configuration"}[code])
		if _, err := io.WriteString(std.Out, cib.Format(out)); err != nil {
			return ended(std, "crm_verify", err)
		}
	}
	return code
}

func verifyInput(std Streams, text map[string]string, on map[string]int) (*cib.Document, error) {
	var input []byte
	var err error
	switch {
	case on["live-check"] > 0:
		return openStore().read()
	case on["xml-text"] > 0:
		input = []byte(text["xml-text"])
	case on["xml-file"] > 0:
		input, err = os.ReadFile(text["xml-file"])
		if err == nil {
			input, err = unpacked(input)
		}
		if err != nil {
			return nil, fail(exitError, "Couldn't parse input file: %w", err)
		}
	case on["xml-pipe"] > 0:
		if input, err = io.ReadAll(io.LimitReader(std.In, cib.MaxBytes+1)); err != nil {
			return nil, fail(exitError, "Couldn't parse input from STDIN: %w", err)
		}
	default:
		return nil, fail(exitError, "No configuration source specified, expected -L, -x FILE, -p or -X XML")
	}
	d, err := cib.Parse(input)
	if err != nil {
		return nil, fail(exitBadConfig, "%w", err)
	}
	return d, nil
}

// allFindings are what is wrong with a configuration, and what the policy
// engine comes upon when it decides with it.
func allFindings(d *cib.Document) []cib.Finding {
	findings := cib.Verify(d)
	sit, err := engine.Read(engine.Input{CIB: d, Now: time.Now()})
	if err != nil {
		return findings // verify says why
	}
	known := map[string]cib.Severity{}
	for _, f := range findings {
		known[f.ID] = max(known[f.ID], f.Severity)
	}
	for _, f := range sit.Decide().Warnings() {
		if f.Severity == cib.Note || f.Severity > known[f.ID] {
			findings = append(findings, f)
		}
	}
	slices.SortStableFunc(findings, func(a, b cib.Finding) int { return int(b.Severity) - int(a.Severity) })
	return findings
}

// report prints the findings and returns the exit code. Notes alone are no
// failure.
func report(std Streams, findings []cib.Finding, on map[string]int) int {
	quiet := on["quiet"] > 0
	shown := 0
	for _, f := range findings {
		if !quiet && (f.Severity == cib.Error && on["verbose"] > 0 || on["verbose"] > 1) {
			fmt.Fprintln(std.Err, f)
			shown++
		}
	}
	code, summary := exitOK, ""
	switch cib.Worst(findings) {
	case cib.Error:
		code, summary = exitBadConfig, "Errors found during check: config not valid"
	case cib.Warning:
		code, summary = exitBadConfig, "Warnings found during check: config may not be valid"
	}
	if !quiet && code != exitOK {
		fmt.Fprintln(std.Err, "crm_verify: "+summary)
		if shown < len(findings) {
			fmt.Fprintln(std.Err, "-V may provide more details")
		}
	}
	return code
}
