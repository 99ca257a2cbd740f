package shell

import "strings"

// lineDiff compares two texts line by line and writes what differs, with
// "-" and "+" in front and up to three lines of the neighbourhood; "" when
// they are the same.
func lineDiff(before, after string, style Style) string {
	a, b := splitLines(before), splitLines(after)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	if head == len(a) && head == len(b) {
		return ""
	}
	ops := make([]diffLine, 0, len(a)+len(b))
	for _, l := range a[:head] {
		ops = append(ops, diffLine{' ', l})
	}
	ops = append(ops, middle(a[head:len(a)-tail], b[head:len(b)-tail])...)
	for _, l := range a[len(a)-tail:] {
		ops = append(ops, diffLine{' ', l})
	}
	return hunks(ops, style)
}

type diffLine struct {
	sign byte
	text string
}

func splitLines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// middle is the longest-common-subsequence walk; beyond a size where that
// would cost too much, everything old goes and everything new comes.
func middle(a, b []string) []diffLine {
	const most = 4 << 20
	var ops []diffLine
	if len(a)*len(b) > most {
		for _, l := range a {
			ops = append(ops, diffLine{'-', l})
		}
		for _, l := range b {
			ops = append(ops, diffLine{'+', l})
		}
		return ops
	}
	width := len(b) + 1
	common := make([]int32, (len(a)+1)*width)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i*width+j] = common[(i+1)*width+j+1] + 1
			} else {
				common[i*width+j] = max(common[(i+1)*width+j], common[i*width+j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			ops = append(ops, diffLine{' ', a[i]})
			i++
			j++
		case i < len(a) && (j == len(b) || common[(i+1)*width+j] >= common[i*width+j+1]):
			ops = append(ops, diffLine{'-', a[i]})
			i++
		default:
			ops = append(ops, diffLine{'+', b[j]})
			j++
		}
	}
	return ops
}

// hunks writes the lines near a change; "..." stands for the rest.
func hunks(ops []diffLine, style Style) string {
	const around = 2
	near := make([]bool, len(ops))
	for i, op := range ops {
		if op.sign == ' ' {
			continue
		}
		for k := max(0, i-around); k <= min(len(ops)-1, i+around); k++ {
			near[k] = true
		}
	}
	var b strings.Builder
	skipped := false
	for i, op := range ops {
		if !near[i] {
			skipped = true
			continue
		}
		if skipped && b.Len() > 0 {
			b.WriteString("  ...\n")
		}
		skipped = false
		line := string(op.sign) + " " + op.text
		switch op.sign {
		case '-':
			line = dress(style.Removed, line)
		case '+':
			line = dress(style.Added, line)
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}
