package sim

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"crm/cib"
	"crm/node"
)

// Script plays a world by commands, one a line of a scenario file. Every
// command answers with what was seen while it ran.
type Script struct {
	w     *World
	lines []string
	asks  int
}

// commands names the commands, for a file that uses an unknown one.
const commands = "world, start, run, settle, config, ask, where, members, attributes, cut, isolate, heal, loss, crash, kill, power, wipe, break, mend, slow, fencing"

// Do carries one command out: its name, its words, and the lines below it.
func (s *Script) Do(name string, args []string, input string) string {
	s.lines = nil
	if name == "world" {
		return s.world(args)
	}
	if s.w == nil {
		return "begin with: world members=alice,bob"
	}
	if answer, ok := s.look(name, args); ok {
		return answer
	}
	if !s.act(name, args, input) {
		return fmt.Sprintf("unknown command %s; expected one of %s", name, commands)
	}
	for _, b := range s.w.broken {
		s.lines = append(s.lines, "BROKEN "+b)
	}
	if len(s.lines) == 0 {
		return "(nothing)"
	}
	return strings.Join(s.lines, "\n")
}

func (s *Script) world(args []string) string {
	opt, split := Options{Seed: 1}, false
	for _, a := range args {
		name, value, _ := strings.Cut(a, "=")
		switch name {
		case "members":
			opt.Members = strings.Split(value, ",")
		case "seed":
			opt.Seed, _ = strconv.ParseUint(value, 10, 64)
		case "reboot":
			opt.Reboot, _ = time.ParseDuration(value)
		case "split":
			split = value == "allowed"
		case "deadtime":
			opt.Deadtime, _ = time.ParseDuration(value)
		default:
			return "unknown option " + name + "; expected members, seed, reboot, deadtime, split"
		}
	}
	s.w = New(opt)
	s.w.watch.fencing = !split
	s.w.log = func(at time.Duration, member, text string) {
		s.lines = append(s.lines, fmt.Sprintf("%.1fs %s: %s", at.Seconds(), member, text))
	}
	return "ok"
}

// look answers commands that change nothing.
func (s *Script) look(name string, args []string) (string, bool) {
	switch name {
	case "where":
		var b strings.Builder
		for _, id := range args {
			fmt.Fprintf(&b, "%s: %s\n", id, strings.Join(s.w.where(id), " "))
		}
		return strings.TrimSpace(b.String()), true
	case "attributes":
		return s.attributes(args[0], args[1]), true
	case "members":
		var b strings.Builder
		for _, m := range s.w.members {
			if m.m == nil {
				fmt.Fprintf(&b, "%s: not running\n", m.name)
				continue
			}
			in := m.m.Inspect()
			fmt.Fprintf(&b, "%s: dc=%s", m.name, in.DC)
			if in.IsDC {
				fmt.Fprintf(&b, " quorum=%v joined=%s", in.Quorum, strings.Join(in.Joined, ","))
			}
			fmt.Fprintf(&b, " version=%s lineage=%q", in.Version, in.Lineage)
			if n := len(m.disk.conflicts); n > 0 {
				fmt.Fprintf(&b, " conflicts=%d", n)
			}
			b.WriteString("\n")
		}
		return strings.TrimSpace(b.String()), true
	}
	return "", false
}

// act carries out commands that make things happen.
func (s *Script) act(name string, args []string, input string) bool {
	w := s.w
	switch name {
	case "start":
		for _, m := range s.named(args) {
			m.Start()
		}
	case "run":
		w.Run(duration(args[0]))
	case "settle":
		w.Run(time.Second)
		if w.RunUntil(duration(args[0]), w.settled) {
			w.say("world", "settled")
		} else {
			s.lines = append(s.lines, "not settled:", w.state())
		}
	case "config":
		s.config(args)
	case "ask":
		s.ask(args, input)
	default:
		return s.harm(name, args)
	}
	return true
}

// harm carries out commands that break or mend something.
func (s *Script) harm(name string, args []string) bool {
	w := s.w
	switch name {
	case "cut":
		w.Cut(args[0], args[1])
	case "isolate":
		for _, p := range w.members {
			w.Cut(args[0], p.name)
		}
	case "heal":
		w.Heal()
	case "loss":
		w.opt.Loss, _ = strconv.Atoi(args[0])
	case "crash":
		w.Member(args[0]).PowerOff()
	case "kill":
		w.Member(args[0]).Kill()
	case "power":
		w.Member(args[0]).PowerOn()
	case "wipe":
		w.Member(args[0]).disk = &disk{}
	case "break":
		m := w.Member(args[0])
		if m.broken == nil {
			m.broken = map[string]int{}
		}
		m.broken[args[1]+" "+args[2]], _ = strconv.Atoi(args[3])
	case "mend":
		w.Member(args[0]).broken = nil
	case "slow":
		w.Member(args[0]).slow = duration(args[1])
	case "fencing":
		w.opt.FenceFail = map[string]int{"works": 0, "fails": 1000}[args[0]]
	default:
		return false
	}
	return true
}

func (s *Script) named(args []string) []*Member {
	if len(args) == 1 && args[0] == "all" {
		return s.w.members
	}
	var all []*Member
	for _, name := range args {
		all = append(all, s.w.Member(name))
	}
	return all
}

// config commits a configuration: config MEMBER N [name=value ...].
func (s *Script) config(args []string) {
	n, _ := strconv.Atoi(args[1])
	m := s.w.Member(args[0])
	s.asks++
	m.Ask(fmt.Sprintf("commit-%d", s.asks), node.Request{Verb: node.VerbCommit, Base: m.m.Inspect().Version, Who: "root",
		CIB: config(n, strings.Join(args[2:], " "), s.w.opt.Members)})
}

// ask asks MEMBER VERB [name=value ...].
func (s *Script) ask(args []string, _ string) {
	m := s.w.Member(args[0])
	s.asks++
	r := node.Request{Verb: node.Verb(args[1])}
	id := fmt.Sprintf("%s-%d", args[1], s.asks)
	for _, a := range args[2:] {
		name, value, _ := strings.Cut(a, "=")
		switch name {
		case "node":
			r.Node = value
		case "resource":
			r.Resource = value
		case "name":
			r.Name = value
		case "value":
			r.Value = value
		case "wait":
			r.Wait, _ = time.ParseDuration(value)
		case "private":
			r.Private = true
		case "delete":
			r.Delete = true
		case "id":
			id = value
		}
	}
	if r.Verb == node.VerbCommit { // what is there, with a mark of its own
		r.Base = m.m.Inspect().Version
		r.CIB = marked(m.m.Configuration(), id)
	}
	m.Ask(id, r)
}

// marked is a configuration with a property that can be found again.
func marked(doc *cib.Document, name string) []byte {
	doc = doc.Copy()
	crm := cib.Child(doc.Configuration(), "crm_config")
	set := cib.Child(crm, "cluster_property_set")
	if set == nil {
		set = crm.CreateElement("cluster_property_set")
		set.CreateAttr("id", "cib-bootstrap-options")
	}
	nv := set.CreateElement("nvpair")
	nv.CreateAttr("id", name)
	nv.CreateAttr("name", name)
	nv.CreateAttr("value", "1")
	return doc.Compact()
}

func duration(text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		panic(err)
	}
	return d
}

// attributes reads the CIB at a member and shows a node's transient
// attributes.
func (s *Script) attributes(at, of string) string {
	s.asks++
	id := fmt.Sprintf("read-%d", s.asks)
	s.w.Member(at).Ask(id, node.Request{Verb: node.VerbRead})
	s.w.RunUntil(10*time.Second, func() bool { return s.w.answers[id].CIB != nil })
	doc, err := cib.Parse(s.w.answers[id].CIB)
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for state := range cib.Children(doc.Status(), "node_state") {
		if cib.Attr(state, "uname") != of {
			continue
		}
		for nv := range cib.Walk(cib.Child(state, "transient_attributes")) {
			if nv.Tag == "nvpair" {
				fmt.Fprintf(&b, "%s=%s\n", cib.Attr(nv, "name"), cib.Attr(nv, "value"))
			}
		}
	}
	return strings.TrimSpace(b.String())
}
