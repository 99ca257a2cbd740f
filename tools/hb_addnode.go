package tools

import (
	"context"
	"fmt"
	"strings"

	"crm/node/control"
)

// AddNode is hb_addnode: nodes come into the running ring.
func AddNode(args []string, std Streams) int {
	return changeNodes("hb_addnode", "adds nodes to the running ring, on all members", control.MoveAddNode, args, std)
}

// DelNode is hb_delnode: dead nodes leave the running ring.
func DelNode(args []string, std Streams) int {
	return changeNodes("hb_delnode", "deletes nodes that are dead from the running ring, on all members", control.MoveDelNode, args, std)
}

func changeNodes(name, does, action string, args []string, std Streams) int {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		out, code := std.Err, exitError
		if len(args) > 0 && (args[0] == "-h" || args[0] == "--help") {
			out, code = std.Out, exitOK
		}
		fmt.Fprintf(out, "Usage: %s NODE...\n%s: %s.\nThe node lines of ha.cf say the same for later starts.\n", name, name, does)
		return code
	}
	nodes := make([]string, len(args))
	for i, arg := range args {
		nodes[i] = strings.ToLower(arg)
	}
	ctx, cancel := context.WithTimeout(context.Background(), movePatience)
	defer cancel()
	if err := control.Dial(control.Socket()).Move(ctx, control.Move{Action: action, Nodes: nodes}); err != nil {
		fmt.Fprintf(std.Err, "%s: %v\n", name, err)
		return exitError
	}
	return exitOK
}
