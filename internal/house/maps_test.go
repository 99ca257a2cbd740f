package house

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/importer"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMapsAreWalkedInOrder finds range loops over maps in pure rooms. Go
// shuffles maps, and a decision must come out the same on every member; so a
// walk sorts its keys first (slices.Sorted(maps.Keys(m))) or says on its line,
// after "order:", why the order does not matter.
func TestMapsAreWalkedInOrder(t *testing.T) {
	exports, err := exportData()
	if err != nil {
		t.Skipf("the go command gave no export data: %v", err)
	}
	byRoom := map[string][]source{}
	for _, s := range sources(t) {
		if !s.test && slices.Contains(pure, s.room) {
			byRoom[s.room] = append(byRoom[s.room], s)
		}
	}
	for room, files := range byRoom { // order: only reports
		for _, where := range mapWalks(t, room, files, exports) {
			t.Errorf("%s: walks a map unsorted", where)
		}
	}
}

// exportData asks the go command where the compiled packages are.
func exportData() (map[string]string, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", "./...")
	cmd.Dir = filepath.Join("..", "..")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, stderr.String())
	}
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if path, file, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			files[path] = file
		}
	}
	return files, nil
}

func mapWalks(t *testing.T, room string, files []source, exports map[string]string) []string {
	t.Helper()
	set := files[0].set
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	config := types.Config{Importer: importer.ForCompiler(set, "gc", func(path string) (io.ReadCloser, error) {
		file, ok := exports[path]
		if !ok {
			return nil, fmt.Errorf("no export data for %s", path)
		}
		return os.Open(file)
	})}
	var asts []*ast.File
	for _, s := range files {
		asts = append(asts, s.file)
	}
	if _, err := config.Check(module+"/"+room, set, asts, info); err != nil {
		t.Fatalf("%s: %v", room, err)
	}
	var found []string
	for _, s := range files {
		excused := excuses(s)
		ast.Inspect(s.file, func(n ast.Node) bool {
			loop, ok := n.(*ast.RangeStmt)
			if !ok {
				return true
			}
			tv, ok := info.Types[loop.X]
			if !ok {
				return true
			}
			if _, isMap := tv.Type.Underlying().(*types.Map); isMap && !excused[set.Position(loop.Pos()).Line] {
				found = append(found, s.at(loop.Pos()))
			}
			return true
		})
	}
	return found
}

// excuses are the lines with an "order:" comment.
func excuses(s source) map[int]bool {
	lines := map[int]bool{}
	for _, group := range s.file.Comments {
		for _, c := range group.List {
			if strings.Contains(c.Text, "order:") {
				lines[s.set.Position(c.Pos()).Line] = true
			}
		}
	}
	return lines
}
