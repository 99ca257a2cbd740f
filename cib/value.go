package cib

import (
	"strconv"
	"strings"
)

// GoodScore tells whether s is a score: a whole number, or INFINITY with or
// without a sign, or a health colour.
func GoodScore(s string) bool {
	switch strings.ToLower(s) {
	case "infinity", "+infinity", "-infinity", "red", "yellow", "green":
		return true
	}
	return wholeNumber(s)
}

func wholeNumber(s string) bool {
	s = strings.TrimLeft(s, "+-")
	if s == "" {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// GoodDuration tells whether s is a time span as Pacemaker reads it: a number
// with an optional unit (seconds without), or an ISO 8601 duration.
func GoodDuration(s string) bool {
	s = strings.TrimSpace(s)
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if n == 0 {
		return strings.HasPrefix(s, "P") && goodPeriod(s[1:])
	}
	switch strings.TrimSpace(strings.ToLower(s[n:])) {
	case "", "s", "sec", "ms", "msec", "us", "usec", "m", "min", "h", "hr":
		return true
	}
	return false
}

func goodPeriod(s string) bool {
	digits, units := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == 'T' && digits == 0:
		case strings.IndexByte("YMDWHS", c) >= 0 && digits > 0:
			digits, units = 0, units+1
		default:
			return false
		}
	}
	return units > 0 && digits == 0
}

// zeroDuration tells whether a good duration is none at all.
func zeroDuration(s string) bool {
	ms, ok := milliseconds(s)
	return ok && ms == 0
}

// milliseconds is how long a duration is; nothing is 0. Months and years of an
// ISO 8601 duration are told from each other only.
func milliseconds(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0, true
	}
	if !GoodDuration(s) {
		return 0, false
	}
	if period, found := strings.CutPrefix(s, "P"); found {
		return periodLength(period), true
	}
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	number, err := strconv.ParseInt(s[:n], 10, 48)
	if err != nil {
		return 0, false
	}
	switch strings.ToLower(strings.TrimSpace(s[n:])) {
	case "ms", "msec":
		return number, true
	case "us", "usec":
		return number / 1000, true
	case "m", "min":
		return number * 60_000, true
	case "h", "hr":
		return number * 3_600_000, true
	}
	return number * 1000, true
}

// periodLength reads what is behind the P of a good ISO 8601 duration.
func periodLength(s string) int64 {
	var total, number int64
	date := true
	for i := range len(s) {
		switch c := s[i]; c {
		case 'T':
			date = false
		case 'S':
			total += number * 1000
		case 'M':
			if date {
				total += number * 30 * 86_400_000
			} else {
				total += number * 60_000
			}
		case 'H':
			total += number * 3_600_000
		case 'D':
			total += number * 86_400_000
		case 'W':
			total += number * 7 * 86_400_000
		case 'Y':
			total += number * 365 * 86_400_000
		default:
			number = number*10 + int64(c-'0')
			continue
		}
		number = 0
	}
	return total
}

// goodBoolean tells whether s is one of the words for true or false.
func goodBoolean(s string) bool { return IsTrue(s) || IsFalse(s) }

// nearest is the word of a list that s was probably meant to be, "" when none
// is near.
func nearest(s string, words []string) string {
	best, least := "", min(len(s)/3, 3)+1
	for _, word := range words {
		if d := distance(strings.ToLower(s), strings.ToLower(word), least); d < least {
			best, least = word, d
		}
	}
	return best
}

// distance counts the changes, insertions, deletions and swaps of neighbours
// between two short words; at most limit is told apart.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	prev2, prev := []int(nil), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}
		prev2, prev = prev, row
	}
	return min(prev[len(b)], limit)
}
