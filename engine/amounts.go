package engine

import (
	"slices"
	"strconv"
	"strings"

	"crm/engine/score"
)

// amounts is a capacity or the use of one: names with whole numbers.
type amounts []amount

type amount struct {
	name string
	n    int32
}

func (l amounts) get(name string) int32 {
	for i := range l {
		if l[i].name == name {
			return l[i].n
		}
	}
	return 0
}

// add sets an amount from its text unless there is one.
func (l *amounts) add(name, text string) {
	for i := range *l {
		if (*l)[i].name == name {
			return
		}
	}
	n, _ := score.Integer(text) // nonsense counts 0
	*l = append(*l, amount{name, narrow(n)})
}

// plus adds an amount to what is there.
func (l *amounts) plus(name string, n int32) {
	for i := range *l {
		if (*l)[i].name == name {
			(*l)[i].n = narrow(int64((*l)[i].n) + int64(n))
			return
		}
	}
	*l = append(*l, amount{name, n})
}

func narrow(n int64) int32 { return int32(max(-1<<31, min(n, 1<<31-1))) }

// text lists the amounts by name, a blank before each.
func (l amounts) text() string {
	sorted := slices.Clone(l)
	slices.SortFunc(sorted, func(a, b amount) int { return strings.Compare(a.name, b.name) })
	var b strings.Builder
	for _, a := range sorted {
		b.WriteString(" " + a.name + "=" + strconv.Itoa(int(a.n)))
	}
	return b.String()
}
