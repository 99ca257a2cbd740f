package tools

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const smallCIB = `<cib admin_epoch="0" epoch="0" num_updates="7" validate-with="pacemaker-3.0"><configuration><crm_config/>` +
	`<nodes><node id="1" uname="n1"/></nodes><resources/><constraints/></configuration><status/></cib>`

// TestSimulateRefuses asks for what cannot be done; the exit codes are those
// of crm_simulate 2.1.5, but where that goes on or aborts itself (65, and 64
// for stray words).
func TestSimulateRefuses(t *testing.T) {
	for _, c := range []struct {
		line, input string
		code        int
		told        string // part of the first line on standard error
	}{
		{"--foo", "", 64, "unknown option --foo"},
		{"-Z", "", 64, "unknown option -Z"},
		{"-x", "", 64, "option -x"},
		{"-x {in} -q", smallCIB, 64, "option -q"},
		{"-x {in} -N x", smallCIB, 64, "option -N"},
		{"-x {in} word", smallCIB, 64, `"word"`},
		{"-x {in} --output-as", smallCIB, 64, "--output-as"},
		{"-x {in} --output-as=foo", smallCIB, 105, `"foo"`},
		{"-x {in} --output-to={dir}/no/a", smallCIB, 105, "{dir}/no/a"},
		{"-x {in} -S -O {dir}/no/a", smallCIB, 105, "{dir}/no/a"},
		{"-x {in} -S -O {dir}", smallCIB, 1, "{dir}"},
		{"-x {in} -I {dir}/no/a", smallCIB, 105, "{dir}/no/a"},
		{"-x {in} -G {dir}/no/a", smallCIB, 74, "{dir}/no/a"},
		{"-x {in} -D {dir}/no/a", smallCIB, 74, "{dir}/no/a"},
		{"-x {dir}/no", "", 65, "{dir}/no"},
		{"-x {in} -p", smallCIB, 65, "no XML element"}, // the last source counts
		{"-x {in}", "<cib><configuration>", 65, "</configuration> expected"},
		{"-x {in}", "<foo/>", 65, "<foo>"},
		{"-x {in}", strings.Replace(smallCIB, "<resources/>", "<resources><bogus/></resources>", 1), 78, "<bogus>"},
		{"-x {in}", strings.Replace(smallCIB, "-3.0", "-9.9", 1), 78, "pacemaker-9.9"},
	} {
		t.Run(c.line+" "+c.told, func(t *testing.T) {
			words, dir := trial{words: strings.Fields(c.line)}.fill(t, []byte(c.input))
			var out, errs bytes.Buffer
			code := Simulate(words, Streams{In: strings.NewReader(""), Out: &out, Err: &errs})
			first, _, _ := strings.Cut(strings.ReplaceAll(errs.String(), dir, "{dir}"), "\n")
			if code != c.code || !strings.HasPrefix(first, "crm_simulate: ") || !strings.Contains(first, c.told) {
				t.Errorf("exit code %d, expected %d; %q, expected it to tell of %q", code, c.code, first, c.told)
			}
		})
	}
}

// TestSimulateFailsInXML reports a failure as XML too.
func TestSimulateFailsInXML(t *testing.T) {
	in := filepath.Join(t.TempDir(), "in.xml")
	if err := os.WriteFile(in, []byte("<foo/>"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	code := Simulate([]string{"-x", in, "--output-as=xml"}, Streams{In: strings.NewReader(""), Out: &out, Err: &errs})
	if code != 65 || !strings.Contains(out.String(), `<status code="65"`) {
		t.Errorf("exit code %d and %s", code, out.String())
	}
}
