package tools

import (
	"context"
	"fmt"
	"strings"

	"crm/node/control"
)

// SetWeight is hb_setweight: what cl_status nodeweight tells of a node.
func SetWeight(args []string, std Streams) int {
	return setTrait("hb_setweight", "gives a node a weight, a number, which cl_status nodeweight and clients tell", "WEIGHT", control.MoveWeight, args, std)
}

// SetSite is hb_setsite: what cl_status nodesite tells of a node.
func SetSite(args []string, std Streams) int {
	return setTrait("hb_setsite", "says at which site a node is, which cl_status nodesite and clients tell", "SITE", control.MoveSite, args, std)
}

func setTrait(name, does, value, action string, args []string, std Streams) int {
	if len(args) != 2 || strings.HasPrefix(args[0], "-") {
		out, code := std.Err, exitError
		if len(args) > 0 && (args[0] == "-h" || args[0] == "--help") {
			out, code = std.Out, exitOK
		}
		fmt.Fprintf(out, "Usage: %s NODE %s\n%s: %s.\nAll members hear of it; it holds until they end.\n", name, value, name, does)
		return code
	}
	ctx, cancel := context.WithTimeout(context.Background(), movePatience)
	defer cancel()
	m := control.Move{Action: action, Nodes: []string{strings.ToLower(args[0])}, Set: args[1]}
	if err := control.Dial(control.Socket()).Move(ctx, m); err != nil {
		fmt.Fprintf(std.Err, "%s: %v\n", name, err)
		return exitError
	}
	return exitOK
}
