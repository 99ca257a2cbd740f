package tools

import (
	"fmt"
	"io"
	"regexp"
	"time"

	"crm/cib"
	"crm/engine/score"
)

var updaterFlags = []flag{
	{'h', "help", false}, {'?', "help-all", false}, {'$', "version", false}, {'V', "verbose", false}, {'n', "name", true}, {'P', "pattern", true},
	{'U', "update", true}, {'v', "Update", true}, {'B', "update-both", true}, {'Y', "update-delay", false}, {'Q', "query", false},
	{'D', "delete", false}, {'R', "refresh", false}, {'d', "delay", true}, {'s', "set", true}, {'S', "section", true}, {'N', "node", true},
	{'A', "all", false}, {'l', "lifetime", true}, {'p', "private", false}, {'q', "quiet", false}, {'z', "utilization", false},
	{'W', "wait", true}, {0, "output-as", true}, {0, "output-to", true},
}

const updaterHelp = `attrd_updater - query and update attributes of nodes that last until the node leaves
Usage: attrd_updater -n NAME -U VALUE | -B VALUE -d DELAY | -Q | -D [-N NODE] [-A]

 -n, --name=NAME            the attribute
 -P, --pattern=REGEX        all attributes whose names match (with -U or -D)
 -U, --update=VALUE         set it (value++ and value+=N count up); -v is the same
 -B, --update-both=VALUE    set it and its dampening
 -Q, --query                print it
 -D, --delete               delete it
 -R, --refresh              write what waits for further changes now
 -Y, --update-delay         accepted: the dampening is given with each value
 -d, --delay=TIME           dampening: how long to wait for further changes, on all
                            nodes, before the cluster acts on this one
 -N, --node=NODE            of that node, not of this one
 -A, --all                  with -Q: of all nodes
 -p, --private              keep it out of the CIB: nothing moves because of it
`

// updaterCall is one call of attrd_updater.
type updaterCall struct {
	std   Streams
	store store
	set   map[string]bool
	text  map[string]string
	node  string
}

// Updater is attrd_updater: attributes that a node keeps until it leaves.
func Updater(args []string, std Streams) int {
	u := &updaterCall{std: std, set: map[string]bool{}, text: map[string]string{}}
	words, err := getopt(updaterFlags, args, func(long, value string) error {
		if long == "Update" {
			long = "update"
		}
		u.set[long], u.text[long] = true, value
		return nil
	})
	if err == nil && len(words) > 0 {
		err = fmt.Errorf("unexpected word %q, expected only options", words[0])
	}
	if err != nil {
		return ended(std, "attrd_updater", fail(exitUsage, "%w", err))
	}
	return ended(std, "attrd_updater", u.run())
}

func (u *updaterCall) run() error {
	switch {
	case u.set["help"] || u.set["help-all"]:
		_, err := io.WriteString(u.std.Out, updaterHelp)
		return err
	case u.set["version"]:
		_, err := fmt.Fprintln(u.std.Out, "attrd_updater of crm")
		return err
	case u.set["refresh"]:
		return openStore().writeDamped()
	case u.text["name"] == "" && !u.set["pattern"]:
		return fail(exitUsage, "no attribute is named, expected -n NAME")
	case u.set["update-both"] && !u.set["delay"]:
		return fail(exitUsage, "-B needs a dampening, expected -d TIME as well")
	}
	if delay := u.text["delay"]; u.set["delay"] && !cib.GoodDuration(delay) {
		return fail(exitUsage, "dampening %q, expected a time like 5s", delay)
	}
	u.store = openStore()
	if u.node = u.text["node"]; u.node == "" {
		var err error
		if u.node, err = u.store.local(); err != nil {
			return err
		}
	}
	switch {
	case u.set["update-both"]:
		return u.update(u.text["update-both"], false)
	case u.set["update"]:
		return u.update(u.text["update"], false)
	case u.set["delete"]:
		return u.update("", true)
	case u.set["update-delay"]:
		return nil
	case u.set["query"]:
		return u.query()
	}
	return fail(exitUsage, "no command is given, expected -U, -B, -D or -Q")
}

// update sets or deletes the attribute, or all that match the pattern.
func (u *updaterCall) update(value string, remove bool) error {
	old := map[string]string{}
	if name := u.text["name"]; name != "" {
		old[name] = ""
	}
	if u.set["pattern"] || counted("0", value) != value {
		if err := u.current(old); err != nil {
			return err
		}
	}
	for name, before := range old { // order: each is set by itself
		t := transient{node: u.node, name: name, value: counted(before, value), remove: remove, private: u.set["private"]}
		if u.set["delay"] {
			ms, _ := score.Interval(u.text["delay"])
			t.wait = time.Duration(ms) * time.Millisecond
		}
		if err := u.store.transient(t); err != nil {
			return err
		}
	}
	return nil
}

// current adds the values that the attributes have now.
func (u *updaterCall) current(old map[string]string) error {
	if u.set["pattern"] {
		if err := u.matching(old); err != nil {
			return err
		}
	}
	for name := range old { // order: each is asked for by itself
		values, err := u.store.values(name, u.node)
		if err != nil {
			return err
		}
		for _, v := range values {
			old[name] = v.Value
		}
	}
	return nil
}

// matching adds the names of attributes that the pattern fits.
func (u *updaterCall) matching(names map[string]string) error {
	pattern, err := regexp.Compile(u.text["pattern"])
	if err != nil {
		return fail(exitUsage, "%w", err)
	}
	d, err := u.store.read()
	if err != nil {
		return err
	}
	for nv := range cib.NVPairs(cib.Child(d.NodeState(u.node), "transient_attributes"), cib.InstanceAttributes) {
		if name := cib.Attr(nv, "name"); pattern.MatchString(name) {
			names[name] = ""
		}
	}
	return nil
}

func (u *updaterCall) query() error {
	node := u.node
	if u.set["all"] {
		node = ""
	}
	values, err := u.store.values(u.text["name"], node)
	if err != nil {
		return err
	}
	for _, v := range values {
		if u.set["quiet"] {
			fmt.Fprintln(u.std.Out, v.Value)
			continue
		}
		fmt.Fprintf(u.std.Out, "name=\"%s\" host=\"%s\" value=\"%s\"\n", u.text["name"], v.Node, v.Value)
	}
	if len(values) == 0 {
		return fail(exitNotFound, "Could not query value of %s: attribute does not exist", u.text["name"])
	}
	return nil
}
