package rule

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseTime reads an ISO 8601 date, time, or both, as Pacemaker writes and
// accepts them. What has no zone is in now's; a time alone is of now's day.
func ParseTime(text string, now time.Time) (time.Time, error) {
	bad := fmt.Errorf("%q is no date, expected for example 2026-07-01 12:30:00Z", text)
	s := strings.TrimSpace(text)
	if s == "epoch" {
		return time.Unix(0, 0).UTC(), nil
	}
	day, rest, ok := parseDay(s, now)
	if !ok {
		return time.Time{}, bad
	}
	rest = strings.TrimLeft(strings.TrimPrefix(rest, "T"), " ")
	seconds, rest, ok := parseClock(rest)
	if !ok {
		return time.Time{}, bad
	}
	zone, ok := parseZone(strings.TrimSpace(rest), now.Location())
	if !ok {
		return time.Time{}, bad
	}
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, 0, seconds, 0, zone), nil
}

// parseDay reads the date in front of a text; a text that begins with a time
// is of today.
func parseDay(s string, now time.Time) (day time.Time, rest string, ok bool) {
	y, m, d := now.Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	if strings.HasPrefix(s, "T") || len(s) > 2 && s[2] == ':' {
		return today, s, true
	}
	end := strings.IndexAny(s, "T ")
	if end < 0 {
		end = len(s)
		if strings.HasSuffix(s, "Z") {
			end--
		}
	}
	date, rest := s[:end], s[end:]
	if len(date) < 6 || !digits(date[:4]) {
		return today, s, len(date) == 6 && digits(date)
	}
	year, _ := strconv.Atoi(date[:4]) // digits
	switch tail := strings.ReplaceAll(date[4:], "-", ""); {
	case strings.HasPrefix(tail, "W") && len(tail) == 4 && digits(tail[1:]):
		week, _ := strconv.Atoi(tail[1:3]) // digits
		return isoWeekDay(year, week, int(tail[3]-'0')), rest, true
	case len(tail) == 3 && digits(tail):
		n, _ := strconv.Atoi(tail) // digits
		return time.Date(year, 1, n, 0, 0, 0, 0, time.UTC), rest, n >= 1 && n <= 366
	case len(tail) == 4 && digits(tail):
		month, _ := strconv.Atoi(tail[:2]) // digits
		n, _ := strconv.Atoi(tail[2:])     // digits
		valid := month >= 1 && month <= 12 && n >= 1 && n <= daysIn(year, time.Month(month))
		return time.Date(year, time.Month(month), n, 0, 0, 0, 0, time.UTC), rest, valid
	case strings.Count(date, "-") == 2 && date[4] == '-':
		var month, n int
		if k, err := fmt.Sscanf(date[5:], "%d-%d", &month, &n); k != 2 || err != nil {
			return today, s, false
		}
		valid := month >= 1 && month <= 12 && n >= 1 && n <= daysIn(year, time.Month(month))
		return time.Date(year, time.Month(month), n, 0, 0, 0, 0, time.UTC), rest, valid
	}
	return today, s, false
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// isoWeekDay is a day of an ISO week; Monday is 1.
func isoWeekDay(year, week, day int) time.Time {
	fourth := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC) // always in week 1
	monday := fourth.AddDate(0, 0, 1-isoDay(fourth))
	return monday.AddDate(0, 0, (week-1)*7+day-1)
}

func isoDay(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }

// parseClock reads HH[:MM[:SS]] or HHMMSS; no time is midnight.
func parseClock(s string) (seconds int, rest string, ok bool) {
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == ':') {
		end++
	}
	text, rest := s[:end], s[end:]
	if text == "" {
		return 0, rest, true
	}
	parts := strings.Split(text, ":")
	if len(parts) == 1 && (len(text) == 4 || len(text) == 6) {
		parts = parts[:0]
		for i := 0; i < len(text); i += 2 {
			parts = append(parts, text[i:i+2])
		}
	}
	var hms [3]int
	if len(parts) > 3 {
		return 0, s, false
	}
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil {
			return 0, s, false
		}
		hms[i] = n
	}
	if hms[0] > 24 || hms[1] > 59 || hms[2] > 60 || hms[0] == 24 && hms[1]+hms[2] > 0 {
		return 0, s, false
	}
	return hms[0]*3600 + hms[1]*60 + hms[2], rest, true
}

func parseZone(s string, local *time.Location) (*time.Location, bool) {
	switch {
	case s == "":
		return local, true
	case s == "Z":
		return time.UTC, true
	case s[0] != '+' && s[0] != '-':
		return nil, false
	}
	text := strings.Replace(s[1:], ":", "", 1)
	if !digits(text) || len(text) != 2 && len(text) != 4 {
		return nil, false
	}
	n, _ := strconv.Atoi(text) // digits
	if len(text) == 2 {
		n *= 100
	}
	seconds := n/100*3600 + n%100*60
	if s[0] == '-' {
		seconds = -seconds
	}
	if seconds == 0 {
		return time.UTC, true
	}
	return time.FixedZone("", seconds), true
}
