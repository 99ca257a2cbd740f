package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// keepalives are the heartbeats that were measured beside each deadtime.
func keepalive(dead time.Duration) time.Duration {
	switch {
	case dead >= time.Second:
		return 200 * time.Millisecond
	case dead >= 250*time.Millisecond:
		return 50 * time.Millisecond
	}
	return 20 * time.Millisecond
}

// goals are the seconds that the other may need to answer (crash: deadtime and
// 50 ms), and the client's silence in a move that is planned.
func goal(event string, dead time.Duration) (other, gap time.Duration) {
	switch event {
	case "kill", "cut":
		return dead + 50*time.Millisecond, 0
	}
	return 200 * time.Millisecond, 50 * time.Millisecond
}

// table measures and prints: for each pair, deadtime and event the time until
// the other node answers, and the longest silence of the client.
func (l *lab) table(only, deads, events []string, runs int) error {
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Printf("load %s; median of %d; ms until the other answers / ms the client heard nothing; * within the goal\n", strings.TrimSpace(string(load)), runs)
	fmt.Printf("%-15s %8s", "pair", "deadtime")
	for _, e := range events {
		fmt.Printf(" %18s", e)
	}
	fmt.Println()
	for _, ms := range deads {
		n, err := strconv.Atoi(ms)
		if err != nil {
			return err
		}
		dead := time.Duration(n) * time.Millisecond
		for _, p := range l.pairs(only, true) {
			fmt.Printf("%-15s %8s", p, ms)
			if err := l.row(p, dead, events, runs); err != nil {
				fmt.Println(" ", err)
				continue
			}
			fmt.Println()
		}
	}
	return nil
}

func (l *lab) row(p pair, dead time.Duration, events []string, runs int) error {
	if err := l.up(p, config{keepalive: keepalive(dead), deadtime: dead, failback: "off"}); err != nil {
		return err
	}
	defer l.down()
	if err := first(l.nodes[0].start(), l.nodes[1].start()); err != nil {
		return err
	}
	for _, event := range events {
		var other, gap []time.Duration
		for range runs {
			o, g, err := l.measure(event)
			if err != nil {
				return fmt.Errorf("%s: %w", event, err)
			}
			other, gap = append(other, o), append(gap, g)
		}
		o, g := median(other), median(gap)
		mark := " "
		if goalO, goalG := goal(event, dead); o <= goalO && (goalG == 0 || g <= goalG) {
			mark = "*"
		}
		fmt.Printf(" %8d /%7d%s", o.Milliseconds(), g.Milliseconds(), mark)
	}
	return nil
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// measure lets the first node have everything, does something to it and times
// the other.
func (l *lab) measure(event string) (other, gap time.Duration, err error) {
	a, b := l.nodes[0], l.nodes[1]
	if err := l.moveTo(a, nil); err != nil {
		return 0, 0, err
	}
	if err := l.holder(a, 60*time.Second); err != nil {
		return 0, 0, err
	}
	time.Sleep(6 * time.Second) // a young member announces two seconds more
	since := time.Now()
	done := make(chan error, 1)
	go func() {
		done <- map[string]func() error{"kill": a.crash, "cut": a.cut, "stop": a.stop, "standby": a.standby, "takeover": b.takeover}[event]()
	}()
	var at time.Time
	err = within(20*time.Second, "the other answers", func() bool {
		var answered bool
		at, answered = l.client.first(b.name, since)
		return answered
	})
	if err != nil {
		return 0, 0, err
	}
	time.Sleep(500 * time.Millisecond)
	other, gap = at.Sub(since), l.client.gap(since)
	return other, gap, first(<-done, l.restore(event))
}

// restore brings the first node back.
func (l *lab) restore(event string) error {
	a := l.nodes[0]
	switch event {
	case "kill":
		return first(a.reboot(), a.start())
	case "cut":
		return a.heal()
	case "stop":
		return a.start()
	}
	return nil
}

func contains(text, part string) bool { return strings.Contains(text, part) }
