package haconf

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// longestTime is the longest of all times, in milliseconds: 30 years.
const longestTime = 30 * 365 * 24 * 3600 * 1e3

// parseTime reads a time as ha.cf writes it: a number with decimals, then
// nothing (seconds), ms or us. It is rounded to whole milliseconds.
func parseTime(word string) (time.Duration, error) {
	digits := strings.TrimLeft(word, "0123456789.")
	number, unit := word[:len(word)-len(digits)], strings.ToLower(digits)
	scale := 1e3
	switch {
	case unit == "":
	case strings.HasPrefix(unit, "ms"):
		scale = 1
	case strings.HasPrefix(unit, "us"):
		scale = 1e-3
	default:
		return 0, badTime(word)
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return 0, badTime(word)
	}
	if n*scale > longestTime {
		return 0, fmt.Errorf("time %q is longer than 30 years: expected less", word)
	}
	return time.Duration(n*scale+0.5) * time.Millisecond, nil
}

func badTime(word string) error {
	return fmt.Errorf("bad time %q: expected seconds (10, 1.5), milliseconds (500ms) or microseconds (500us)", word)
}

// parseBool reads a boolean as ha.cf writes it.
func parseBool(word string) (bool, error) {
	switch strings.ToLower(word) {
	case "true", "on", "yes", "y", "1":
		return true, nil
	case "false", "off", "no", "n", "0":
		return false, nil
	}
	return false, fmt.Errorf("bad value %q: expected on or off", word)
}

// fields are the words of a line. Only ASCII's blanks part them, as in
// heartbeat: what else Unicode takes for one may be a part of a key.
func fields(line string) []string {
	return strings.FieldsFunc(line, func(c rune) bool { return c == ' ' || c >= '\t' && c <= '\r' })
}
