package tools

import (
	"context"
	"fmt"
	"slices"
	"time"

	"crm/node/control"
)

// movePatience is how long the daemon may take to say yes or no.
const movePatience = 10 * time.Second

// StandbyHeartbeat is hb_standby: this node gives resources of haresources away.
func StandbyHeartbeat(args []string, std Streams) int {
	return moveResources("hb_standby", "gives to the other node what this one holds", control.MoveStandby, args, std)
}

// TakeoverHeartbeat is hb_takeover: this node asks for resources of haresources.
func TakeoverHeartbeat(args []string, std Streams) int {
	return moveResources("hb_takeover", "asks the other node for what it holds", control.MoveTakeover, args, std)
}

func moveResources(name, does, action string, args []string, std Streams) int {
	set := "all"
	if len(args) > 0 {
		set = args[0]
	}
	if set == "-h" || set == "--help" || len(args) > 1 {
		out, code := std.Out, exitOK
		if len(args) > 1 {
			out, code = std.Err, exitError
		}
		fmt.Fprintf(out, "Usage: %s [all|foreign|local|failback]\n%s: all of it, what belongs to others (foreign,\nor its old name failback), or what belongs to this node (local)\n", name, does)
		return code
	}
	if !slices.Contains([]string{"all", "foreign", "local", "failback"}, set) {
		fmt.Fprintf(std.Err, "%s: wrong resources(%s): expected all, foreign, local or failback\n", name, set)
		return exitError
	}
	ctx, cancel := context.WithTimeout(context.Background(), movePatience)
	defer cancel()
	if err := control.Dial(control.Socket()).Move(ctx, control.Move{Action: action, Set: set}); err != nil {
		fmt.Fprintf(std.Err, "%s: %v\n", name, err)
		return exitError
	}
	if action == control.MoveStandby {
		fmt.Fprintf(std.Out, "%s Going standby [%s].\n", time.Now().Format("Jan 02 15:04:05"), set)
	}
	return exitOK
}
