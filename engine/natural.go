package engine

// natural compares names as people do: node2 before node10, upper and lower
// case alike.
func natural(a, b string) int {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		if isDigit(a[i]) && isDigit(b[j]) {
			x, iEnd := digitRun(a, i)
			y, jEnd := digitRun(b, j)
			if x != y {
				if x < y {
					return -1
				}
				return 1
			}
			if d := (iEnd - i) - (jEnd - j); d != 0 {
				return d
			}
			i, j = iEnd, jEnd
			continue
		}
		x, y := lower(a[i]), lower(b[j])
		if x != y {
			return int(x) - int(y)
		}
		i++
		j++
	}
	return (len(a) - i) - (len(b) - j)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// digitRun is the number at a place in a text and where it ends.
func digitRun(s string, from int) (n uint64, end int) {
	for end = from; end < len(s) && isDigit(s[end]); end++ {
		n = n*10 + uint64(s[end]-'0')
	}
	return n, end
}
