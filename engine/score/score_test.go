package score

import "testing"

func TestInfinityArithmetic(t *testing.T) {
	for _, c := range []struct{ a, b, sum Score }{
		{1, 2, 3},
		{Infinity, -Infinity, -Infinity}, // minus infinity always wins
		{-Infinity, Infinity, -Infinity},
		{Infinity, -5, Infinity},
		{600000, 600000, Infinity},
		{-600000, -600000, -Infinity},
	} {
		if got := Add(c.a, c.b); got != c.sum {
			t.Errorf("%v + %v = %v, expected %v", c.a, c.b, got, c.sum)
		}
	}
}

func TestParseScore(t *testing.T) {
	for _, c := range []struct {
		text string
		s    Score
		ok   bool
	}{
		{"INFINITY", Infinity, true}, {"+INFINITY", Infinity, true}, {"-INFINITY", -Infinity, true},
		{"infinity", 0, false}, {"100abc", 100, true}, {" -7", -7, true}, {"", 0, false}, {"x", 0, false},
		{"2000000", Infinity, true}, {"-99999999999999999999", -Infinity, true},
	} {
		if s, ok := Parse(c.text); s != c.s || ok != c.ok {
			t.Errorf("Parse(%q) = %v, %v, expected %v, %v", c.text, s, ok, c.s, c.ok)
		}
	}
	if s, ok := (Colors{Red: -Infinity}).Parse("RED"); s != -Infinity || !ok {
		t.Errorf("red = %v, %v", s, ok)
	}
}

func TestInterval(t *testing.T) {
	for _, c := range []struct {
		text string
		ms   int64
		ok   bool
	}{
		{"", 0, true}, {"10", 10000, true}, {"10s", 10000, true}, {"10.9 sec", 10000, true}, {"250ms", 250, true},
		{"5000us", 5, true}, {"2min", 120000, true}, {"1h", 3600000, true}, {"PT1M30S", 90000, true}, {"P1D", 86400000, true}, {"P30S", 30000, true},
		{"10 parsecs", 0, false}, {"-5", 0, true}, {"abc", 0, false}, {"99999999h", maxInterval, true},
	} {
		if ms, ok := Interval(c.text); ms != c.ms || ok != c.ok {
			t.Errorf("Interval(%q) = %v, %v, expected %v, %v", c.text, ms, ok, c.ms, c.ok)
		}
	}
}

func TestBoolean(t *testing.T) {
	for text, want := range map[string][2]bool{"Yes": {true, true}, "1": {true, true}, "OFF": {false, true}, "maybe": {}, "": {}} {
		if v, ok := Boolean(text); v != want[0] || ok != want[1] {
			t.Errorf("Boolean(%q) = %v, %v", text, v, ok)
		}
	}
}
