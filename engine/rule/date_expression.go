package rule

import (
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"

	"crm/engine/score"
)

// dateExpression compares now with a date, a range or a pattern.
func (c *Context) dateExpression(e *etree.Element) bool {
	if e == nil {
		return false
	}
	start, okStart := c.date(e, "start")
	end, okEnd := c.date(e, "end")
	if !okStart || !okEnd {
		return false
	}
	switch strings.ToLower(attr(e, "operation")) {
	case "gt":
		return !start.IsZero() && c.after(start)
	case "lt":
		return !end.IsZero() && c.before(end)
	case "", "in_range":
		return c.inRange(e, start, end)
	case "date_spec":
		spec := c.resolve(child(e, "date_spec"))
		return spec != nil && matches(spec, c.Now)
	}
	return false
}

// date reads a date in an attribute; a missing one is zero.
func (c *Context) date(e *etree.Element, name string) (t time.Time, ok bool) {
	text, given := lookup(e, name)
	if !given {
		return time.Time{}, true
	}
	t, err := ParseTime(text, c.Now)
	return t, err == nil
}

func (c *Context) after(start time.Time) bool {
	if c.Now.Unix() > start.Unix() {
		return true
	}
	c.changes(start.Unix() + 1)
	return false
}

func (c *Context) before(end time.Time) bool {
	if c.Now.Unix() >= end.Unix() {
		return false
	}
	c.changes(end.Unix())
	return true
}

func (c *Context) changes(epoch int64) {
	if c.Changes != nil {
		c.Changes(epoch)
	}
}

func (c *Context) inRange(e *etree.Element, start, end time.Time) bool {
	if end.IsZero() && !start.IsZero() {
		if d := c.resolve(child(e, "duration")); d != nil {
			var ok bool
			if end, ok = addDuration(start, d); !ok {
				return false
			}
		}
	}
	if start.IsZero() && end.IsZero() {
		return false
	}
	if !start.IsZero() && c.Now.Unix() < start.Unix() {
		c.changes(start.Unix())
		return false
	}
	if end.IsZero() {
		return true
	}
	if c.Now.Unix() > end.Unix() {
		return false
	}
	c.changes(end.Unix() + 1)
	return true
}

// addDuration adds the parts of a duration one after another, the largest
// first.
func addDuration(t time.Time, d *etree.Element) (time.Time, bool) {
	for _, unit := range [...]string{"years", "months", "weeks", "days", "hours", "minutes", "seconds"} {
		text, given := lookup(d, unit)
		if !given {
			continue
		}
		n, ok := score.Integer(text)
		if !ok {
			return t, false
		}
		k := int(n)
		switch unit {
		case "years":
			t = addMonths(t, 12*k)
		case "months":
			t = addMonths(t, k)
		case "weeks":
			t = t.AddDate(0, 0, 7*k)
		case "days":
			t = t.AddDate(0, 0, k)
		case "hours":
			t = t.Add(time.Duration(k) * time.Hour)
		case "minutes":
			t = t.Add(time.Duration(k) * time.Minute)
		case "seconds":
			t = t.Add(time.Duration(k) * time.Second)
		}
	}
	return t, true
}

// addMonths keeps the day, or takes the last one of a month too short.
func addMonths(t time.Time, n int) time.Time {
	y, m, d := t.Date()
	first := time.Date(y, m+time.Month(n), 1, t.Hour(), t.Minute(), t.Second(), 0, t.Location())
	return first.AddDate(0, 0, min(d, daysIn(first.Year(), first.Month()))-1)
}

// matches compares the parts of a time, in its own zone, with a pattern.
func matches(spec *etree.Element, now time.Time) bool {
	weekYear, week := now.ISOWeek()
	for _, part := range [...]struct {
		name  string
		value int
	}{
		{"years", now.Year()}, {"months", int(now.Month())}, {"monthdays", now.Day()}, {"hours", now.Hour()},
		{"minutes", now.Minute()}, {"seconds", now.Second()}, {"yeardays", now.YearDay()},
		{"weekyears", weekYear}, {"weeks", week}, {"weekdays", isoDay(now)},
	} {
		if text, given := lookup(spec, part.name); given && !within(text, part.value) {
			return false
		}
	}
	return true
}

// within tells whether a number is in a range X, X-Y, X- or -Y.
func within(text string, n int) bool {
	low, high, isRange := strings.Cut(strings.TrimSpace(text), "-")
	from, okFrom := bound(low)
	to, okTo := bound(high)
	switch {
	case !isRange:
		return okFrom && n == from
	case low == "":
		return okTo && n <= to
	case high == "":
		return okFrom && n >= from
	}
	return okFrom && okTo && from <= n && n <= to
}

func bound(text string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	return n, err == nil && n >= 0
}
