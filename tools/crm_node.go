package tools

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"crm/cib"
	"crm/node"
)

var nodeFlags = []flag{
	{'h', "help", false}, {'?', "help-all", false}, {'$', "version", false}, {'V', "verbose", false}, {'Q', "quiet", false}, {'f', "force", false},
	{'i', "cluster-id", false}, {'l', "list", false}, {'n', "name", false}, {'p', "partition", false}, {'q', "quorum", false},
	{'N', "name-for-id", true}, {'R', "remove", true}, {0, "output-as", true}, {0, "output-to", true},
}

const nodeHelp = `crm_node - what the cluster knows of its nodes
Usage: crm_node COMMAND

 -n, --name            the name of this node
 -i, --cluster-id      its id
 -l, --list            all nodes: id, name, member or lost
 -p, --partition       the names of the members of this partition
 -q, --quorum          1 when this partition has quorum, else 0
 -N, --name-for-id=ID  the name of the node with that id
 -R, --remove=NAME     forget a node that is gone (with --force)
`

var errNoNode = errors.New("no such node")

// Node is crm_node: names, ids and membership of nodes.
func Node(args []string, std Streams) int {
	command, value, on := "", "", map[string]bool{}
	words, err := getopt(nodeFlags, args, func(long, v string) error {
		on[long] = true
		switch long {
		case "cluster-id", "list", "name", "partition", "quorum", "name-for-id", "remove":
			command, value = long, v
		}
		return nil
	})
	switch {
	case err == nil && (on["help"] || on["help-all"]):
		_, err = io.WriteString(std.Out, nodeHelp)
		return ended(std, "crm_node", err)
	case err == nil && on["version"]:
		_, err = fmt.Fprintln(std.Out, "crm_node of crm")
		return ended(std, "crm_node", err)
	case err == nil && len(words) > 0:
		err = fmt.Errorf("unexpected word %q, expected only options", words[0])
	case err == nil && command == "":
		err = fmt.Errorf("no command is given, expected one of -n, -i, -l, -p, -q, -N, -R")
	}
	if err != nil {
		return ended(std, "crm_node", fail(exitUsage, "%w", err))
	}
	return ended(std, "crm_node", nodeCommand(std, openStore(), command, value, on["force"]))
}

func nodeCommand(std Streams, s store, command, value string, force bool) error {
	switch command {
	case "name":
		name, err := s.local()
		return printed(std, name, err)
	case "cluster-id":
		return nodeID(std, s)
	case "list", "partition", "quorum":
		return nodeLists(std, s, command)
	case "name-for-id":
		d, err := s.read()
		if err != nil {
			return err
		}
		for n := range cib.Children(d.Section(cib.Nodes), "node") {
			if cib.ID(n) == value {
				return printed(std, cib.Attr(n, "uname"), nil)
			}
		}
		return fail(exitNotFound, "%w with id %q", errNoNode, value)
	}
	return removeNode(s, value, force)
}

func printed(std Streams, text string, err error) error {
	if err == nil {
		_, err = fmt.Fprintln(std.Out, text)
	}
	return err
}

func nodeID(std Streams, s store) error {
	d, err := s.read()
	if err != nil {
		return err
	}
	name, err := s.local()
	if err != nil {
		return err
	}
	n := d.Node(name)
	if n == nil {
		return fail(exitNotFound, "%w %q", errNoNode, name)
	}
	return printed(std, cib.ID(n), nil)
}

func nodeLists(std Streams, s store, command string) error {
	members, err := s.members()
	if err != nil {
		return err
	}
	slices.SortFunc(members, func(a, b node.MemberInfo) int { return strings.Compare(a.Name, b.Name) })
	switch command {
	case "quorum":
		quorum := "0"
		if slices.ContainsFunc(members, func(m node.MemberInfo) bool { return m.Quorum }) {
			quorum = "1"
		}
		return printed(std, quorum, nil)
	case "partition":
		var names []string
		for _, m := range members {
			if m.Up {
				names = append(names, m.Name)
			}
		}
		return printed(std, strings.Join(names, " "), nil)
	}
	d, err := s.read()
	if err != nil {
		return err
	}
	for _, m := range members {
		state := "lost"
		if m.Up {
			state = "member"
		}
		if _, err := fmt.Fprintln(std.Out, cib.ID(d.Node(m.Name)), m.Name, state); err != nil {
			return err
		}
	}
	return nil
}

// removeNode takes a node that is gone out of the configuration.
func removeNode(s store, name string, force bool) error {
	if !force {
		return fail(exitUnsafe, "this is dangerous: give --force as well if node %s is gone for good", name)
	}
	members, err := s.members()
	if err != nil {
		return err
	}
	for _, m := range members {
		if strings.EqualFold(m.Name, name) && m.Up {
			return fail(exitUnsafe, "node %s is up, stop its cluster software first", name)
		}
	}
	_, onFile := s.(*fileStore)
	return s.update(func(d *cib.Document) error {
		n := d.Node(name)
		if n == nil {
			return fail(exitNotFound, "%w %q", errNoNode, name)
		}
		cib.Remove(n)
		if state := d.NodeState(name); state != nil && onFile {
			cib.Remove(state)
		}
		return nil
	})
}
