package engine

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
