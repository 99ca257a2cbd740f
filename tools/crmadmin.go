package tools

import (
	"fmt"
	"io"
	"strings"

	"crm/cib"
	"crm/node"
)

var adminFlags = []flag{
	{'h', "help", false}, {'?', "help-all", false}, {'$', "version", false}, {'V', "verbose", false}, {'q', "quiet", false},
	{'S', "status", true}, {'P', "pacemakerd", false}, {'D', "dc_lookup", false}, {'N', "nodes", false}, {'t', "timeout", true},
	{'B', "bash-export", false}, {'i', "ipc-name", true}, {0, "output-as", true}, {0, "output-to", true},
}

const adminHelp = `crmadmin - who coordinates the cluster, and how its members are
Usage: crmadmin -D | -S NODE | -N [-B] [-q]

 -D, --dc_lookup      the name of the node that coordinates
 -S, --status=NODE    the state of a node's member
 -N, --nodes          the names of all nodes
`

// Admin is crmadmin: the coordinator and the members.
func Admin(args []string, std Streams) int {
	text, on := map[string]string{}, map[string]bool{}
	words, err := getopt(adminFlags, args, func(long, value string) error {
		text[long], on[long] = value, true
		return nil
	})
	switch {
	case err == nil && (on["help"] || on["help-all"]):
		_, err = io.WriteString(std.Out, adminHelp)
		return ended(std, "crmadmin", err)
	case err == nil && on["version"]:
		_, err = fmt.Fprintln(std.Out, "crmadmin of crm")
		return ended(std, "crmadmin", err)
	case err == nil && len(words) > 0 && !on["nodes"]:
		err = fmt.Errorf("unexpected word %q, expected only options", words[0])
	case err == nil && !on["status"] && !on["dc_lookup"] && !on["nodes"] && !on["pacemakerd"]:
		err = fmt.Errorf("no command is given, expected -D, -S NODE or -N")
	}
	if err != nil {
		return ended(std, "crmadmin", fail(exitUsage, "%w", err))
	}
	return ended(std, "crmadmin", admin(std, openStore(), text, on))
}

func admin(std Streams, s store, text map[string]string, on map[string]bool) error {
	if on["nodes"] {
		d, err := s.read()
		if err != nil {
			return err
		}
		for n := range cib.Children(d.Section(cib.Nodes), "node") {
			switch kind := orElse(cib.Attr(n, "type"), "member"); {
			case on["bash-export"]:
				fmt.Fprintf(std.Out, "export %s=%s\n", cib.Attr(n, "uname"), cib.ID(n))
			case on["quiet"]:
				fmt.Fprintln(std.Out, cib.Attr(n, "uname"))
			default:
				fmt.Fprintf(std.Out, "%s node: %s (%s)\n", strings.Replace(kind, "member", "cluster", 1), cib.Attr(n, "uname"), cib.ID(n))
			}
		}
		return nil
	}
	members, err := s.members()
	if err != nil {
		return err
	}
	var dc *node.MemberInfo
	for i := range members {
		if members[i].DC && members[i].Up {
			dc = &members[i]
		}
	}
	if on["status"] {
		return memberStatus(std, members, text["status"], dc, on["quiet"])
	}
	if dc == nil {
		return fail(exitNotFound, "No DC elected")
	}
	if on["quiet"] {
		return printed(std, dc.Name, nil)
	}
	return printed(std, "Designated Controller is: "+dc.Name, nil)
}

// memberStatus tells a member's state in the words of the original's machine.
func memberStatus(std Streams, members []node.MemberInfo, name string, dc *node.MemberInfo, quiet bool) error {
	for _, m := range members {
		if !strings.EqualFold(m.Name, name) {
			continue
		}
		state := "S_NOT_DC"
		switch {
		case !m.Up:
			return fail(exitNotFound, "No reply from node %s: it is down", name)
		case dc != nil && dc.Name == m.Name:
			state = "S_IDLE"
		case !m.Joined:
			state = "S_PENDING"
		}
		if quiet {
			return printed(std, state, nil)
		}
		return printed(std, "Status of crmd@"+m.Name+": "+state+" (ok)", nil)
	}
	return fail(exitNotFound, "%w %q", errNoNode, name)
}
