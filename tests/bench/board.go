package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// goal is what a figure shall reach; what is 0 is not asked for.
type goal struct {
	times  float64       // the peer's user CPU time over ours, at least
	share  float64       // our memory over the peer's, at most
	user   time.Duration // our user CPU time, at most
	memory int64         // ours in bytes, at most
}

// board prints rows as they are measured, and remembers what was missed.
type board struct {
	rows   int
	missed []string
	open   []string // could not be judged, for want of the peer
}

func (b *board) head(title, input string) {
	fmt.Printf("%-42s %8s | %9s %8s | %9s %8s | %8s %6s  %s\n", title, input,
		"user CPU", "memory", "peer's", "memory", "times", "share", "verdict")
}

// row prints one comparison; peer is nil when there is none.
func (b *board) row(what, input string, ours sample, peer *sample, g goal) {
	fmt.Printf("%-42s %8s | %s | %s  %s\n", what, input, figures(ours), beside(ours, peer), b.judge(what, ours, peer, g))
}

func figures(s sample) string {
	mark := " "
	if s.cut {
		mark = ">"
	}
	return fmt.Sprintf("%s%6.3f s %s%4.0f MB", mark, s.user.Seconds(), mark, megabytes(s.rss))
}

func beside(ours sample, peer *sample) string {
	if peer == nil {
		return fmt.Sprintf("%9s %8s | %8s %6s", "-", "-", "-", "-")
	}
	mark := " "
	if peer.cut {
		mark = ">"
	}
	return fmt.Sprintf("%s | %s%7.1f %6.2f", figures(*peer), mark, times(ours, *peer), share(ours, *peer))
}

func megabytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }

func times(ours, peer sample) float64 {
	return float64(peer.user) / float64(max(ours.user, time.Millisecond))
}

func share(ours, peer sample) float64 { return float64(ours.rss) / float64(max(peer.rss, 1)) }

// judge says which goals of a row were reached.
func (b *board) judge(what string, ours sample, peer *sample, g goal) string {
	var list []string
	say := func(goal string, reached, known bool) {
		switch {
		case reached:
			goal += " ok"
		case known:
			goal += " MISSED"
			b.missed = append(b.missed, what+": "+goal)
		default:
			goal += " ?"
			b.open = append(b.open, what+": "+goal)
		}
		list = append(list, goal)
	}
	if g.times > 0 {
		say(fmt.Sprintf("≥%g×", g.times), peer != nil && times(ours, *peer) >= g.times, peer != nil && !peer.cut)
	}
	if g.share > 0 {
		say(fmt.Sprintf("≤%g of memory", g.share), peer != nil && share(ours, *peer) <= g.share, peer != nil && !peer.cut)
	}
	if g.user > 0 {
		say("≤"+g.user.String(), ours.user <= g.user, true)
	}
	if g.memory > 0 {
		say(fmt.Sprintf("≤%.0f MB", megabytes(g.memory)), ours.rss <= g.memory, true)
	}
	b.rows++
	return strings.Join(list, ", ")
}

// figure prints a row that is one number against a bound.
func (b *board) figure(what string, value, bound float64, unit string) {
	b.rows++
	verdict := "ok"
	if value > bound {
		verdict = "MISSED"
		b.missed = append(b.missed, fmt.Sprintf("%s: %.4g %s, goal %.4g", what, value, unit, bound))
	}
	fmt.Printf("%-42s %8s | %.4g %s, goal at most %.4g %s: %s\n", what, "", value, unit, bound, unit, verdict)
}

// end prints what it all came to.
func (b *board) end() {
	if floor := ownPeak(); floor > 0 {
		fmt.Printf("\nThe bench itself took %.0f MB: no memory figure above can be lower.\n", megabytes(floor))
	}
	fmt.Printf("%d rows, %d goals missed, %d not to be judged.\n", b.rows, len(b.missed), len(b.open))
	for _, m := range b.missed {
		fmt.Println("  missed:", m)
	}
	for _, o := range b.open {
		fmt.Println("  open:  ", o)
	}
}

// ownPeak is what a child's peak begins with.
func ownPeak() (bytes int64) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			if _, err := fmt.Sscanf(rest, "%d kB", &bytes); err == nil {
				return bytes << 10
			}
		}
	}
	return 0
}
