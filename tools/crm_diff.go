package tools

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/beevik/etree"

	"crm/cib"
)

var diffFlags = []flag{
	{'h', "help", false}, {'?', "help-all", false}, {'$', "version", false}, {'V', "verbose", false},
	{'o', "original", true}, {'O', "original-string", true}, {'n', "new", true}, {'N', "new-string", true}, {'p', "patch", true},
	{'c', "cib", false}, {'s', "stdin", false}, {'u', "no-version", false}, {0, "text", false},
}

const diffHelp = `crm_diff - what changed between two configurations, as a patch set
Usage: crm_diff -o FILE -n FILE [-u] [-c]     compare (exit code 1: they differ)
       crm_diff -o FILE -p FILE               apply a patch set

 -o, --original=FILE         the old one (- is standard input)
 -O, --original-string=XML
 -n, --new=FILE              the new one
 -N, --new-string=XML
 -p, --patch=FILE            a patch set to apply to the old one
 -u, --no-version            leave versions out (not with -c)
 -c, --cib                   add the digest of the result
     --text                  compare as text, for people
`

// Diff is crm_diff: patch sets between configurations.
func Diff(args []string, std Streams) int {
	text, on := map[string]string{}, map[string]bool{}
	words, err := getopt(diffFlags, args, func(long, value string) error {
		text[long], on[long] = value, true
		return nil
	})
	switch {
	case err == nil && (on["help"] || on["help-all"]):
		_, err = io.WriteString(std.Out, diffHelp)
		return ended(std, "crm_diff", err)
	case err == nil && on["version"]:
		_, err = fmt.Fprintln(std.Out, "crm_diff of crm")
		return ended(std, "crm_diff", err)
	case err == nil && on["no-version"] && on["cib"]:
		err = errors.New("-u/--no-version incompatible with -c/--cib")
	case err == nil && len(words) > 0:
		err = fmt.Errorf("unexpected word %q, expected only options", words[0])
	}
	if err != nil {
		return ended(std, "crm_diff", fail(exitUsage, "%w", err))
	}
	differs, err := diff(std, text, on)
	if err == nil && differs {
		return exitError
	}
	return ended(std, "crm_diff", err)
}

func diff(std Streams, text map[string]string, on map[string]bool) (differs bool, err error) {
	old, err := diffInput(std, "first", text, on, "original", "original-string")
	if err != nil {
		return false, err
	}
	if on["patch"] {
		return false, diffPatch(std, old, text, on)
	}
	next, err := diffInput(std, "second", text, on, "new", "new-string")
	if err != nil {
		return false, err
	}
	if on["text"] {
		shown := cib.TextDiff(orElse(text["original"], "original"), orElse(text["new"], "new"), old, next)
		_, err = io.WriteString(std.Out, shown)
		return shown != "", err
	}
	patch := cib.Diff(old, next, cib.DiffOptions{NoVersion: on["no-version"], Digest: on["cib"]})
	if patch == nil {
		return false, nil
	}
	_, err = io.WriteString(std.Out, cib.Format(patch))
	return true, err
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func diffPatch(std Streams, old *cib.Document, text map[string]string, on map[string]bool) error {
	input, err := diffText(std, text["patch"])
	if err != nil {
		return fail(exitNoInput, "Could not parse the second XML fragment: %w", err)
	}
	patch, err := cib.ParseElement(string(input))
	if err != nil {
		return fail(exitNoInput, "Could not parse the second XML fragment: %w", err)
	}
	if on["no-version"] {
		for v := cib.Child(patch, "version"); v != nil; v = cib.Child(patch, "version") {
			patch.RemoveChild(etree.Token(v))
		}
	}
	next, err := old.Patched(patch)
	if err != nil {
		return fail(exitError, "Could not apply patch: %w", err)
	}
	_, err = next.WriteTo(std.Out)
	return err
}

func diffInput(std Streams, which string, text map[string]string, on map[string]bool, file, literal string) (*cib.Document, error) {
	var input []byte
	var err error
	switch {
	case on[literal]:
		input = []byte(text[literal])
	case on[file]:
		input, err = diffText(std, text[file])
	case on["stdin"]:
		input, err = diffText(std, "-")
	default:
		return nil, fail(exitUsage, "no --%s is given", file)
	}
	if err != nil {
		return nil, fail(exitNoInput, "Could not parse the %s XML fragment: %w", which, err)
	}
	d, err := cib.Parse(input)
	if err != nil {
		return nil, fail(exitNoInput, "Could not parse the %s XML fragment: %w", which, err)
	}
	return d, nil
}

func diffText(std Streams, path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(io.LimitReader(std.In, cib.MaxBytes+1))
	}
	input, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return unpacked(input)
}
