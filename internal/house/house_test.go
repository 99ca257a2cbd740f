package house

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	module        = "crm"
	mostLines     = 800 // of a file
	mostFuncLines = 70
)

// source is one parsed Go file of the house.
type source struct {
	path  string // from the root, with slashes
	room  string // its folder
	test  bool
	file  *ast.File
	set   *token.FileSet
	lines int
}

func (s source) at(pos token.Pos) string {
	return s.path + ":" + strconv.Itoa(s.set.Position(pos).Line)
}

// sources parses every Go file of the module once.
func sources(t *testing.T) []source {
	t.Helper()
	root := filepath.Join("..", "..")
	set := token.NewFileSet()
	var all []source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "bin" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(set, path, text, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		all = append(all, source{path: rel, room: filepath.ToSlash(filepath.Dir(rel)), test: strings.HasSuffix(rel, "_test.go"),
			file: file, set: set, lines: strings.Count(string(text), "\n")})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func imports(s source) []string {
	var names []string
	for _, im := range s.file.Imports {
		name, err := strconv.Unquote(im.Path.Value)
		if err != nil {
			panic(err)
		}
		names = append(names, name)
	}
	return names
}

func TestArrows(t *testing.T) {
	for _, s := range sources(t) {
		allowed, known := arrows[s.room]
		if !known {
			t.Errorf("%s: room %q is not in the table of arrows", s.path, s.room)
			continue
		}
		for _, name := range imports(s) {
			ours, ok := strings.CutPrefix(name, module+"/")
			if !ok || ours == s.room || slices.Contains(allowed, ours) {
				continue
			}
			if s.test && slices.Contains(testArrows[s.room], ours) {
				continue
			}
			t.Errorf("%s: %s may not import %s", s.path, s.room, ours)
		}
	}
}

func TestPureRoomsStayPure(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || !slices.Contains(pure, s.room) {
			continue
		}
		for _, name := range imports(s) {
			if reason, banned := impure[name]; banned {
				t.Errorf("%s: a pure room imports %s (%s)", s.path, name, reason)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s: a pure room starts a goroutine", s.at(n.Pos()))
			case *ast.SelectorExpr:
				x, ok := n.X.(*ast.Ident)
				if ok && x.Name == "time" && slices.Contains(clocks, n.Sel.Name) {
					t.Errorf("%s: a pure room reads the clock (time.%s)", s.at(n.Pos()), n.Sel.Name)
				}
				// A parser may be built once, at first use; nothing else of sync is pure.
				if ok && x.Name == "sync" && !strings.HasPrefix(n.Sel.Name, "OnceValue") {
					t.Errorf("%s: a pure room uses sync.%s", s.at(n.Pos()), n.Sel.Name)
				}
			}
			return true
		})
	}
}

func TestSizes(t *testing.T) {
	for _, s := range sources(t) {
		if s.lines > mostLines {
			t.Errorf("%s: %d lines, at most %d", s.path, s.lines, mostLines)
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			n := s.set.Position(f.End()).Line - s.set.Position(f.Pos()).Line + 1
			if n > mostFuncLines {
				t.Errorf("%s: %s has %d lines, at most %d", s.at(f.Pos()), f.Name.Name, n, mostFuncLines)
			}
		}
	}
}

func TestEveryRoomSaysWhatItIs(t *testing.T) {
	comments := map[string][]string{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		if _, seen := comments[s.room]; !seen {
			comments[s.room] = nil
		}
		if s.file.Doc != nil {
			comments[s.room] = append(comments[s.room], s.path)
		}
	}
	for room, files := range comments { // order: only reports
		if len(files) != 1 {
			t.Errorf("%s: %d package comments (%v), exactly one wanted", room, len(files), files)
		}
	}
}

func TestExportedNamesAreDocumented(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, d := range s.file.Decls {
			for _, name := range undocumented(d) {
				t.Errorf("%s: %s has no comment", s.at(d.Pos()), name)
			}
		}
	}
}

func undocumented(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil {
			return []string{d.Name.Name}
		}
	case *ast.GenDecl:
		if d.Doc != nil || d.Tok != token.TYPE {
			return nil
		}
		var names []string
		for _, spec := range d.Specs {
			if ts := spec.(*ast.TypeSpec); ts.Name.IsExported() && ts.Doc == nil {
				names = append(names, ts.Name.Name)
			}
		}
		return names
	}
	return nil
}

func TestFormatted(t *testing.T) {
	for _, s := range sources(t) {
		text, err := os.ReadFile(filepath.Join("..", "..", s.path))
		if err != nil {
			t.Fatal(err)
		}
		if good, err := format.Source(text); err != nil || !bytes.Equal(good, text) {
			t.Errorf("%s: is not as gofmt writes it", s.path)
		}
	}
}

func TestHabits(t *testing.T) {
	for _, s := range sources(t) {
		base := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(s.path), ".go"), "_test")
		if slices.Contains(bannedNames, base) || slices.Contains(bannedNames, filepath.Base(s.room)) {
			t.Errorf("%s: %v are no names for a file or a room", s.path, bannedNames)
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Name.Name == "init" && n.Recv == nil {
					t.Errorf("%s: no init functions", s.at(n.Pos()))
				}
			case *ast.SelectorExpr:
				x, ok := n.X.(*ast.Ident)
				if !ok {
					return true
				}
				if s.test && x.Name == "time" && n.Sel.Name == "Sleep" && !strings.HasPrefix(s.room, "tests") {
					t.Errorf("%s: a test sleeps", s.at(n.Pos()))
				}
				if x.Name == "os" && n.Sel.Name == "Exit" && s.file.Name.Name != "main" && !s.test {
					t.Errorf("%s: os.Exit outside a main package", s.at(n.Pos()))
				}
			}
			return true
		})
	}
}
