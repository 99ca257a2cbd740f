package tools

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// hostileXML are files that are no CIB, and what somebody is told who hands
// them to a tool.
func hostileXML() map[string]struct{ text, told string } {
	noise := make([]byte, 2<<20)
	random := rand.New(rand.NewPCG(3, 4))
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	laughs := `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">`
	for n := 1; n < 10; n++ {
		laughs += `<!ENTITY lol` + string(rune('0'+n)) + ` "` + strings.Repeat("&lol;", 10) + `">`
	}
	return map[string]struct{ text, told string }{
		"two megabytes of noise":       {string(noise), "line 1, column 4: byte 0x93 is not UTF-8"},
		"a word of a megabyte":         {strings.Repeat("x", 1<<20), "line 1, column 1"},
		"a billion laughs":             {laughs + `]><cib>&lol9;</cib>`, "a CIB has no document type or entity declarations"},
		"an entity from outside":       {`<!DOCTYPE c [<!ENTITY e SYSTEM "file:///etc/passwd">]><cib>&e;</cib>`, "a CIB has no document type or entity declarations"},
		"ten thousand brackets":        {strings.Repeat("(", 10000), "line 1, column 1"},
		"ten thousand elements":        {strings.Repeat("<cib>", 10000), "elements are nested more than 256 deep"},
		"a tag of a megabyte":          {"<cib " + strings.Repeat("x", 1<<20), "line 1, column"},
		"an endless attribute":         {`<cib a="` + strings.Repeat("x", 1<<20), "line 1, column"},
		"a million attributes":         {"<cib " + strings.Repeat(`a="" `, 1<<18) + "/>", "line 1, column"},
		"NUL":                          {"<cib>\x00</cib>", "line 1, column 6"},
		"no UTF-8":                     {"<cib a=\"\xff\"/>", "line 1, column 9"},
		"UTF-16":                       {"\xff\xfe<\x00c\x00i\x00b\x00", "line 1, column 1"},
		"a statement of the crm":       {"primitive p Dummy\r\n", "line 1, column 1"},
		"a CIB that is cut off":        {"<cib>\r\n<configuration>\r\n", "<configuration>"},
		"something else's XML":         {"<html><body/></html>", "html"},
		"nothing but carriage returns": {"\r\n\r\n", "line"},
	}
}

// The tools refuse them in few clear words, in bounded memory and time, and
// change nothing.
func TestHostileXML(t *testing.T) {
	const (
		mostWords  = 4 << 10
		mostMemory = 200 << 20
		mostTime   = 30 * time.Second
	)
	tools := map[string]struct {
		run  Tool
		args []string
	}{
		"cibadmin -R": {Cibadmin, []string{"--replace", "-x"}}, "cibadmin -M": {Cibadmin, []string{"--modify", "-o", "resources", "-x"}},
		"cibadmin -C": {Cibadmin, []string{"--create", "-o", "resources", "-x"}}, "cibadmin -P": {Cibadmin, []string{"--patch", "-x"}},
		"crm_verify": {Verify, []string{"-x"}}, "crm_simulate": {Simulate, []string{"-S", "-x"}},
	}
	dir := t.TempDir()
	path, file := filepath.Join(dir, "cib.xml"), filepath.Join(dir, "hostile.xml")
	if err := os.WriteFile(path, []byte(testCIB), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CIB_file", path)
	for what, h := range hostileXML() {
		if err := os.WriteFile(file, []byte(h.text), 0o600); err != nil {
			t.Fatal(err)
		}
		for name, tool := range tools {
			var out, errs bytes.Buffer
			var m0, m1 runtime.MemStats
			runtime.ReadMemStats(&m0)
			began := time.Now()
			code := tool.run(append(tool.args, file), Streams{In: strings.NewReader(""), Out: &out, Err: &errs})
			took := time.Since(began)
			runtime.ReadMemStats(&m1)
			said := out.String() + errs.String()
			switch allocated := m1.TotalAlloc - m0.TotalAlloc; {
			case code == 0:
				t.Errorf("%s: %s: taken: %.200q", name, what, said)
			case !strings.Contains(said, h.told) || len(said) > mostWords:
				t.Errorf("%s: %s: told %.300q, want %q in it", name, what, said, h.told)
			case allocated > mostMemory || took > mostTime:
				t.Errorf("%s: %s: %d MB allocated, %s", name, what, allocated>>20, took)
			}
			if after, err := os.ReadFile(path); err != nil || string(after) != testCIB {
				t.Fatalf("%s: %s: the CIB was changed (%v)", name, what, err)
			}
		}
	}
}
