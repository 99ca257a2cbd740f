package engine

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crm/cib"
)

const (
	fuzzedText   = 64 << 10
	fuzzedTime   = 4 * time.Second
	fuzzedMemory = 1000 << 20
)

// ownClusters are the CIBs of the scenarios and some drawn ones.
func ownClusters(t testing.TB) []string {
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	var list []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split("\n"+string(text), "\ncluster")[1:] {
			body, _, _ := strings.Cut(part, "\n----")
			_, body, _ = strings.Cut(body, "\n")
			s := &scenario{history: map[string]map[string][]string{}, members: map[string]string{}}
			for line := range strings.Lines(body) {
				if line = strings.TrimSpace(line); line != "" {
					s.line(t, line)
				}
			}
			list = append(list, string(s.document(t).Bytes()))
		}
	}
	drawn := rapid.Custom(drawCluster)
	for i := range 20 {
		list = append(list, drawn.Example(i))
	}
	return list
}

// spent is the processor time of this process: the clock would count what
// others do on a busy machine.
func spent() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano())
}

// FuzzEngine decides CIBs that were changed as text by the fuzzer and as a
// tree by mutate. Nothing may panic, and nothing may take for ever.
func FuzzEngine(f *testing.F) {
	for i, text := range ownClusters(f) {
		f.Add([]byte(text), uint64(i))
	}
	f.Fuzz(func(t *testing.T, text []byte, seed uint64) {
		if len(text) > fuzzedText {
			return
		}
		doc, err := cib.Parse(text)
		if err != nil {
			return
		}
		if seed != 0 {
			mutate(rand.New(rand.NewPCG(seed, 0)), doc)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began := spent()
		problem := decideSafely(Input{CIB: doc, Now: time.Unix(1750000000, 0).UTC(), Scores: true})
		took := spent() - began
		runtime.ReadMemStats(&after)
		if problem != "" {
			t.Fatalf("%s\n%s", problem, doc.Bytes())
		}
		if took > fuzzedTime {
			t.Errorf("took %v\n%s", took, doc.Bytes())
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > fuzzedMemory {
			t.Errorf("took %d MB of memory\n%s", used>>20, doc.Bytes())
		}
	})
}
