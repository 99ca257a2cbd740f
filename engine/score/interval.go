package score

import (
	"strconv"
	"strings"
)

// maxInterval is the longest interval in milliseconds.
const maxInterval = 1<<32 - 1

// Interval reads a duration such as "10", "10s", "5min" or "PT1H" in
// milliseconds. ok is false, and the result 0, when the text is none.
func Interval(text string) (ms int64, ok bool) {
	if text == "" {
		return 0, true
	}
	if text[0] == 'P' {
		seconds, ok := isoDuration(text)
		if !ok {
			return 0, false
		}
		return limit(seconds * 1000), true
	}
	n, rest := integerPrefix(text)
	if rest == text {
		return 0, false
	}
	rest = strings.TrimLeft(rest, "0123456789.")
	unit := strings.ToLower(strings.TrimLeft(rest, " \t\n\v\f\r"))
	n = min(n, maxInterval)
	switch {
	case unit == "" || unit[0] == 's':
		n *= 1000
	case strings.HasPrefix(unit, "ms"):
	case strings.HasPrefix(unit, "us"):
		n /= 1000
	case unit[0] == 'm':
		n *= 60 * 1000
	case unit[0] == 'h':
		n *= 3600 * 1000
	default:
		return 0, false
	}
	return limit(n), true
}

func limit(ms int64) int64 { return max(0, min(ms, maxInterval)) }

// isoDuration is the length of an ISO 8601 duration in seconds; a year counts
// 365 days and a month 30.
func isoDuration(text string) (seconds int64, ok bool) {
	inTime, any := false, false
	const day = 24 * 3600
	for s := text[1:]; s != ""; {
		if s[0] == 'T' {
			inTime = true
			s = s[1:]
			continue
		}
		end := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
		if end <= 0 {
			return 0, false
		}
		n, err := strconv.ParseInt(s[:end], 10, 32)
		if err != nil {
			return 0, false
		}
		unit, known := map[string]int64{"Y": 365 * day, "M": 30 * day, "W": 7 * day, "D": day,
			"H": 3600, "TM": 60, "S": 1}[durationUnit(inTime, s[end])]
		if !known {
			return 0, false
		}
		seconds += n * unit
		any = true
		s = s[end+1:]
	}
	return seconds, any
}

// durationUnit tells the months before a T from the minutes after it; the
// other units need no T, as Pacemaker reads them.
func durationUnit(inTime bool, letter byte) string {
	if inTime && letter == 'M' {
		return "TM"
	}
	return string(rune(letter))
}

// Seconds rounds milliseconds to the nearest second, but nothing to none.
func Seconds(ms int64) int64 {
	if ms == 0 {
		return 0
	}
	return max(1, (ms+500)/1000)
}
