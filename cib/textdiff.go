package cib

import (
	"fmt"
	"strings"
)

// UnifiedDiff shows what changed between two texts, line by line, with three
// lines round each change as diff -u prints it; "" when nothing did.
func UnifiedDiff(nameA, nameB, a, b string) string {
	x, y := splitLines(a), splitLines(b)
	edits := editLines(x, y)
	if len(edits) == 0 {
		return ""
	}
	var out strings.Builder
	fmt.Fprintf(&out, "--- %s\n+++ %s\n", nameA, nameB)
	const context = 3
	for i := 0; i < len(edits); {
		j := i + 1
		for j < len(edits) && edits[j].a0-edits[j-1].a1 <= 2*context {
			j++
		}
		hunk(&out, x, y, edits[i:j], context)
		i = j
	}
	return out.String()
}

// TextDiff is UnifiedDiff of two documents as they are written.
func TextDiff(nameA, nameB string, a, b *Document) string {
	return UnifiedDiff(nameA, nameB, string(a.Bytes()), string(b.Bytes()))
}

func splitLines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

// edit replaces the lines a0 to a1 of one text by b0 to b1 of the other.
type edit struct{ a0, a1, b0, b1 int }

func hunk(out *strings.Builder, x, y []string, edits []edit, context int) {
	first, last := edits[0], edits[len(edits)-1]
	a0, b0 := max(first.a0-context, 0), max(first.b0-context, 0)
	a1, b1 := min(last.a1+context, len(x)), min(last.b1+context, len(y))
	fmt.Fprintf(out, "@@ -%s +%s @@\n", span(a0, a1), span(b0, b1))
	at := a0
	show := func(mark string, lines []string) {
		for _, line := range lines {
			out.WriteString(mark + line + "\n")
		}
	}
	for _, e := range edits {
		show(" ", x[at:e.a0])
		show("-", x[e.a0:e.a1])
		show("+", y[e.b0:e.b1])
		at = e.a1
	}
	show(" ", x[at:a1])
}

func span(from, to int) string {
	switch to - from {
	case 0:
		return fmt.Sprintf("%d,0", from)
	case 1:
		return fmt.Sprint(from + 1)
	}
	return fmt.Sprintf("%d,%d", from+1, to-from)
}

// mostEdits bounds the search for a shortest edit: beyond it two texts have
// little in common, and one big replacement says as much.
const mostEdits = 1500

// editLines finds a shortest edit (Myers 1986, greedy) of what is left after
// the equal beginning and end.
func editLines(x, y []string) []edit {
	head := 0
	for head < len(x) && head < len(y) && x[head] == y[head] {
		head++
	}
	tail := 0
	for tail < len(x)-head && tail < len(y)-head && x[len(x)-1-tail] == y[len(y)-1-tail] {
		tail++
	}
	a, b := numbered(x[head:len(x)-tail], y[head:len(y)-tail])
	if len(a) == 0 && len(b) == 0 {
		return nil
	}
	trace := search(a, b)
	if trace == nil {
		return []edit{{head, head + len(a), head, head + len(b)}}
	}
	return walkBack(trace, len(a), len(b), head)
}

// numbered gives equal lines equal numbers, so that they compare quickly.
func numbered(x, y []string) (a, b []int) {
	numbers := map[string]int{}
	number := func(lines []string) []int {
		n := make([]int, len(lines))
		for i, line := range lines {
			k, ok := numbers[line]
			if !ok {
				k = len(numbers)
				numbers[line] = k
			}
			n[i] = k
		}
		return n
	}
	return number(x), number(y)
}

// search returns, for each number of edits, how far each diagonal reaches;
// nil when there are too many. Diagonal k of trace[d] is at index k+d.
func search(a, b []int) [][]int {
	var trace [][]int
	for d := 0; d <= min(len(a)+len(b), mostEdits); d++ {
		reach := make([]int, 2*d+1)
		for k := -d; k <= d; k += 2 {
			x := 0
			if d > 0 {
				x = step1(trace[d-1], d, k)
			}
			for y := x - k; x < len(a) && y < len(b) && a[x] == b[y]; y++ {
				x++
			}
			reach[k+d] = x
			if x >= len(a) && x-k >= len(b) {
				return append(trace, reach)
			}
		}
		trace = append(trace, reach)
	}
	return nil
}

// step1 is where diagonal k starts with d edits: below or right of the
// furthest points with d-1.
func step1(before []int, d, k int) int {
	if down(before, d, k) {
		return before[k+1+d-1]
	}
	return before[k-1+d-1] + 1
}

func down(before []int, d, k int) bool {
	return k == -d || k != d && before[k-1+d-1] < before[k+1+d-1]
}

func walkBack(trace [][]int, x, y, offset int) []edit {
	var edits []edit
	for d := len(trace) - 1; d > 0; d-- {
		k := x - y
		var e edit
		if down(trace[d-1], d, k) {
			x = trace[d-1][k+1+d-1]
			y = x - k - 1
			e = edit{x, x, y, y + 1}
		} else {
			x = trace[d-1][k-1+d-1]
			y = x - k + 1
			e = edit{x, x + 1, y, y}
		}
		e = edit{e.a0 + offset, e.a1 + offset, e.b0 + offset, e.b1 + offset}
		if n := len(edits); n > 0 && edits[n-1].a0 == e.a1 && edits[n-1].b0 == e.b1 {
			edits[n-1].a0, edits[n-1].b0 = e.a0, e.b0
		} else {
			edits = append(edits, e)
		}
	}
	for i, j := 0, len(edits)-1; i < j; i, j = i+1, j-1 {
		edits[i], edits[j] = edits[j], edits[i]
	}
	return edits
}
