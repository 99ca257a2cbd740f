package score

import "strings"

// Boolean reads a word for yes or no; ok is false for any other word.
func Boolean(text string) (value, ok bool) {
	for _, word := range [...]string{"true", "on", "yes", "y", "1"} {
		if strings.EqualFold(text, word) {
			return true, true
		}
	}
	for _, word := range [...]string{"false", "off", "no", "n", "0"} {
		if strings.EqualFold(text, word) {
			return false, true
		}
	}
	return false, false
}

// True tells whether a text is a word for yes.
func True(text string) bool {
	value, ok := Boolean(text)
	return ok && value
}

// AtLeast reads a whole number; no number, and a smaller one, gives least.
func AtLeast(text string, least int) int {
	n, ok := Integer(text)
	if !ok {
		return least
	}
	return int(max(int64(least), min(n, 1<<31-1)))
}
