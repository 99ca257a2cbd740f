package daemon

import (
	"bufio"
	"cmp"
	"context"
	"crypto/md5"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"crm/node"
	"crm/node/agent"
	"crm/node/haconf"
)

// How long a script of haresources may take. heartbeat waits for ever; an hour
// is what it waits for in a standby.
const (
	scriptPatience = time.Hour
	statusPatience = time.Minute
)

// packages is where Debian says which configuration files it installed.
const packages = "/var/lib/dpkg/status"

// scripts runs the resources of haresources.
type scripts struct {
	runner *agent.Runner
	config string // folder of ha.cf
	stock  map[string]string
	notice func(node.Level, string)
}

func newScripts(o Options, notice func(node.Level, string)) *scripts {
	s := &scripts{runner: heartbeatRunner(o), config: o.ConfigDir, notice: notice}
	if f, err := os.Open(packages); err == nil {
		defer f.Close()
		s.stock = packaged(bufio.NewScanner(f))
	}
	return s
}

// packaged reads the checksums of what packages put into resource.d: lines
// " PATH MD5" of their lists of configuration files.
func packaged(lines *bufio.Scanner) map[string]string {
	sums := map[string]string{}
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) >= 2 && strings.HasPrefix(words[0], "/etc/ha.d/resource.d/") {
			sums[words[0]] = words[1]
		}
	}
	return sums
}

// run calls a resource and tells whether that went well; of status, whether it runs.
func (s *scripts) run(ctx context.Context, r haconf.Resource, action string) bool {
	op, err := s.op(r)
	if err != nil {
		if action != "status" {
			s.notice(node.Warn, r.Text+": "+action+": "+err.Error())
		}
		return false
	}
	op.Action, op.Timeout = action, scriptPatience
	if action == "status" {
		op.Action, op.Timeout = "monitor", statusPatience
	}
	res := s.runner.Run(ctx, op)
	ok := res.Status == agent.Done && res.RC == agent.OK
	s.log(r, action, res, ok)
	return ok
}

func (s *scripts) log(r haconf.Resource, action string, res agent.Result, ok bool) {
	how := res.RC.String()
	if res.Status != agent.Done {
		how = res.Status.String()
	}
	text := fmt.Sprintf("%s: %s: %s (%s)", r.Text, action, how, res.Duration.Round(time.Millisecond))
	switch {
	case action == "status":
		s.notice(node.Debug, text)
	case ok:
		s.notice(node.Info, text)
	default:
		if why := cmp.Or(res.ExitReason, lastLine(res.Stderr), lastLine(res.Stdout)); why != "" {
			text += ": " + why
		}
		s.notice(node.Warn, text)
	}
}

// announce tells the neighbours who has a group's addresses.
func (s *scripts) announce(ctx context.Context, g haconf.Group) {
	for _, r := range g.Resources {
		if r.IsAddress() {
			op := virtualIP(r)
			op.Action, op.Timeout = "announce", statusPatience
			s.runner.Run(ctx, op)
		}
	}
}

// op finds what a resource is run by: a script of resource.d that is not just
// what came with heartbeat for an address; the built-in address; an OCF agent
// by OCF::TYPE::INSTANCE; an init script; the OCF agent or the unit of systemd
// of that name.
func (s *scripts) op(r haconf.Resource) (agent.Op, error) {
	op := agent.Op{Ref: agent.Ref{Class: agent.Heartbeat, Type: r.Script}, Resource: r.Text, Params: map[string]string{}}
	for i, a := range r.Args {
		op.Params[strconv.Itoa(i+1)] = a
	}
	script := s.script(r.Script)
	switch {
	case r.IsAddress() && (script == "" || s.isStock(script)):
		return virtualIP(r), nil
	case script != "":
		return op, nil
	case r.Script == "OCF" && len(r.Args) == 2:
		return s.instance(r)
	case has(s.runner.Types(agent.LSB, ""), r.Script):
		return op, nil
	case has(s.runner.Types(agent.OCF, "heartbeat"), r.Script):
		return named(r)
	case len(r.Args) == 0 && has(s.runner.Classes(), agent.Systemd) && has(s.runner.Types(agent.Systemd, ""), r.Script):
		op.Ref.Class = agent.Systemd
		return op, nil
	}
	return op, fmt.Errorf("there is no executable script %s in %s or /etc/init.d, no OCF agent and no service of that name", r.Script,
		filepath.Join(s.config, "resource.d"))
}

func has(names []string, name string) bool { return slices.Contains(names, name) }

// script is the path of a script of resource.d, "" when there is none.
func (s *scripts) script(name string) string {
	for _, dir := range s.runner.Roots.Heartbeat {
		if has(agent.Executables(dir), name) {
			return filepath.Join(dir, name)
		}
	}
	return ""
}

// isStock tells whether a script is as its package brought it.
func (s *scripts) isStock(path string) bool {
	sum, known := s.stock[path]
	if !known {
		return false
	}
	text, err := os.ReadFile(path)
	return err == nil && fmt.Sprintf("%x", md5.Sum(text)) == sum
}

// virtualIP is the built-in agent for an address. A cut cable is the ring's
// business, not the address's.
func virtualIP(r haconf.Resource) agent.Op {
	at := haconf.ParseAddress(r.Args[0])
	op := agent.Op{Ref: agent.Ref{Class: agent.OCF, Provider: agent.Builtin, Type: "VirtualIP"}, Resource: r.Text,
		Params: map[string]string{"ip": at.IP, "check_link": "false"}}
	for name, value := range map[string]string{"cidr_netmask": at.Mask, "nic": at.Interface, "iflabel": at.Label, "broadcast": at.Broadcast} { // order: a map is filled
		if value != "" {
			op.Params[name] = value
		}
	}
	return op
}

// named is the OCF agent of a script's name; its arguments get the names that
// the script would have given them.
func named(r haconf.Resource) (agent.Op, error) {
	op := agent.Op{Ref: agent.Ref{Class: agent.OCF, Provider: "heartbeat", Type: r.Script}, Resource: r.Text, Params: map[string]string{}}
	names := haconf.ParameterNames(r.Script)
	if len(r.Args) > len(names) {
		return op, fmt.Errorf("%d arguments for the OCF agent %s, of which %d are known: write OCF::%s::INSTANCE with the parameters in a file", len(r.Args),
			r.Script, len(names), r.Script)
	}
	for i, a := range r.Args {
		op.Params[names[i]] = a
	}
	return op, nil
}

// instance is an OCF agent with its parameters in conf/OCF/TYPE/INSTANCE, lines
// of the form NAME=VALUE.
func (s *scripts) instance(r haconf.Resource) (agent.Op, error) {
	op := agent.Op{Ref: agent.Ref{Class: agent.OCF, Provider: "heartbeat", Type: r.Args[0]}, Resource: r.Args[1], Params: map[string]string{}}
	path := filepath.Join(s.config, "conf", "OCF", r.Args[0], r.Args[1])
	text, err := os.ReadFile(path)
	if err != nil {
		return op, missing(path, err, "the parameters of "+r.Text+", lines of the form NAME=VALUE")
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		name, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		if ok && !strings.HasPrefix(line, "#") {
			op.Params[strings.TrimPrefix(name, "OCF_RESKEY_")] = strings.Trim(value, `"'`)
		}
	}
	return op, nil
}
