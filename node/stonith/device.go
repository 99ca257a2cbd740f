package stonith

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"crm/engine/score"
)

// Device is a configured fence resource.
type Device struct {
	ID     string            // of the resource
	Type   string            // fence_ipmilan, external/ssh, ...
	Params map[string]string // instance parameters; pcmk_* are for the cluster
}

// Action is what to do to a node.
type Action string

// The fencing actions.
const (
	Off    Action = "off"
	On     Action = "on"
	Reboot Action = "reboot"
	Status Action = "status"
	List   Action = "list"
	Watch  Action = "monitor"
)

// hosts is what a device is configured to reach: a static list with the plug
// of each, or unknown (the device must be asked).
func (d Device) hosts() (plugs map[string]string, known bool) {
	plugs = map[string]string{}
	for _, word := range split(d.Params["pcmk_host_list"]) {
		plugs[word] = word
		known = true
	}
	for _, word := range split(d.Params["pcmk_host_map"]) {
		node, plug, ok := strings.Cut(word, ":")
		if !ok {
			if node, plug, ok = strings.Cut(word, "="); !ok {
				continue
			}
		}
		plugs[node] = plug
		known = true
	}
	return plugs, known
}

// split divides a host list or map: blanks, commas and semicolons separate.
func split(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \t\n,;", r) })
}

// check is how to find out whether the device reaches a node: static-list,
// dynamic-list, status or none.
func (d Device) check() string {
	if how := d.Params["pcmk_host_check"]; how != "" {
		return how
	}
	if _, known := d.hosts(); known {
		return "static-list"
	}
	return "dynamic-list"
}

// action is the agent's word for an action.
func (d Device) action(a Action) string {
	if word := d.Params["pcmk_"+string(a)+"_action"]; word != "" {
		return word
	}
	return string(a)
}

// timeout is the device's own for an action, else the given one.
func (d Device) timeout(a Action, otherwise time.Duration) (time.Duration, error) {
	return d.span("pcmk_"+string(a)+"_timeout", otherwise)
}

func (d Device) span(name string, otherwise time.Duration) (time.Duration, error) {
	text := strings.TrimSpace(d.Params[name])
	if text == "" {
		return otherwise, nil
	}
	return d.parse(name, text)
}

func (d Device) parse(name, text string) (time.Duration, error) {
	ms, ok := score.Interval(text)
	if !ok {
		return 0, fmt.Errorf("device %s: %s=%q: expected a time such as 60s", d.ID, name, text)
	}
	return time.Duration(ms) * time.Millisecond, nil
}

// delay is how long to wait before the target is shot: pcmk_delay_base, which
// may name one for each node ("alice:0s;bob:5s"), and at random a part of what
// is left up to pcmk_delay_max (Pacemaker Explained, "Special Options for
// Fencing Resources").
func (d Device) delay(target string) (time.Duration, error) {
	base, err := d.baseDelay(target)
	if err != nil {
		return 0, err
	}
	most, err := d.span("pcmk_delay_max", base)
	if err != nil || most <= base {
		return base, err
	}
	return base + rand.N(most-base), nil
}

func (d Device) baseDelay(target string) (time.Duration, error) {
	const name = "pcmk_delay_base"
	if !strings.Contains(d.Params[name], ":") {
		return d.span(name, 0)
	}
	for _, word := range split(d.Params[name]) {
		if node, text, ok := strings.Cut(word, ":"); ok && strings.EqualFold(node, target) {
			return d.parse(name, text)
		}
	}
	return 0, nil
}

// tries is how often an action is attempted.
func (d Device) tries(a Action) int {
	if n, err := strconv.Atoi(d.Params["pcmk_"+string(a)+"_retries"]); err == nil && n > 0 {
		return n
	}
	return 2
}

// arguments are the parameters for the agent itself, sorted, as name=value.
func (d Device) arguments() []string {
	var args []string
	for name, value := range d.Params { // order: sorted below
		if strings.HasPrefix(name, "pcmk_") || strings.HasPrefix(name, "CRM_meta_") || name == "crm_feature_set" || name == "provides" ||
			strings.ContainsAny(name+value, "\n\x00") {
			continue
		}
		args = append(args, name+"="+value)
	}
	slices.Sort(args)
	return args
}
