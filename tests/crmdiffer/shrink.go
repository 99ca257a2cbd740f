package main

import (
	"slices"
	"strings"
)

// smallest takes lines and words away as long as the two still differ in the
// same way.
func (j *judges) smallest(c testCase, d difference) (testCase, difference) {
	tries := 0
	still := func(lines []string) bool {
		if tries++; tries > 60 || len(lines) == 0 {
			return false
		}
		next := c
		next.lines = lines
		now, err := j.compare(next)
		if err != nil || !d.sharesWith(now) {
			return false
		}
		c, d = next, now
		return true
	}
	for i := 0; i < len(c.lines) && len(c.lines) > 1; i++ {
		if still(slices.Delete(slices.Clone(c.lines), i, i+1)) {
			i--
		}
	}
	for i := range c.lines {
		for n := 8; n > 0; n /= 2 {
			for w := 1; w+n <= len(strings.Split(c.lines[i], " ")); w++ {
				words := strings.Split(c.lines[i], " ")
				less := slices.Clone(c.lines)
				less[i] = strings.Join(slices.Delete(words, w, w+n), " ")
				if still(less) {
					w--
				}
			}
		}
	}
	return c, d
}
