package lab

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// FenceAgent is the name of the lab's fence agent: the binary called by it is
// a fence device that cuts the power of a member.
const FenceAgent = "fence_lab"

const fenceMetadata = `<?xml version="1.0"?>
<resource-agent name="fence_lab" shortdesc="Power switch of a crm lab">
<longdesc>Cuts the power of a member of a lab made by "crm lab": every process of the member is ended before success is reported.</longdesc>
<parameters>
<parameter name="action"><content type="string" default="reboot"/><shortdesc lang="en">Fencing action</shortdesc></parameter>
<parameter name="port"><content type="string"/><shortdesc lang="en">Name of the member</shortdesc></parameter>
<parameter name="lab"><content type="string"/><shortdesc lang="en">Folder of the lab; by default the one this process is in</shortdesc></parameter>
</parameters>
<actions>
<action name="on" automatic="0"/><action name="off"/><action name="reboot"/><action name="status"/><action name="list"/><action name="monitor"/>
<action name="metadata"/><action name="meta-data"/><action name="validate-all"/><action name="start" timeout="20s"/><action name="stop" timeout="20s"/>
</actions>
</resource-agent>
`

// FenceMain is the fence agent: parameters as name=value lines on standard
// input, success by exit code 0; for status 0 is on and 2 is off.
func FenceMain(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	params := map[string]string{"action": "reboot", "lab": os.Getenv(DirVar)}
	lines := bufio.NewScanner(stdin)
	if len(args) > 0 && args[0] == "-o" && len(args) > 1 {
		params["action"] = args[1]
	} else {
		for lines.Scan() {
			if name, value, ok := strings.Cut(lines.Text(), "="); ok {
				params[strings.TrimSpace(name)] = value
			}
		}
	}
	if params["action"] == "metadata" || params["action"] == "meta-data" {
		fmt.Fprint(stdout, fenceMetadata)
		return 0
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	code, err := fence(ctx, params, stdout)
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", FenceAgent, err)
		return 1
	}
	return code
}

func fence(ctx context.Context, params map[string]string, stdout io.Writer) (int, error) {
	if params["lab"] == "" {
		return 1, fmt.Errorf("this process is in no lab (%s is not set) and the parameter lab is missing", DirVar)
	}
	l, err := Attach(params["lab"])
	if err != nil {
		return 1, err
	}
	states, err := l.States(ctx)
	if err != nil {
		return 1, fmt.Errorf("the lab does not answer: %w", err)
	}
	node := params["port"]
	if node == "" {
		node = params["nodename"]
	}
	state, known := states[node]
	switch action := params["action"]; {
	case action == "monitor" || action == "validate-all":
		return 0, nil
	case action == "list":
		var names []string
		for name := range states { // order: sorted below
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			fmt.Fprintf(stdout, "%s,\n", name)
		}
		return 0, nil
	case !known:
		return 1, fmt.Errorf("the lab has no member %q", node)
	case action == "status":
		if state == PowerOff {
			return 2, nil
		}
		return 0, nil
	default:
		return 0, switchPower(ctx, l, action, node, state)
	}
}

// switchPower does off, on and reboot. A reboot is done when the power is off:
// what the member does afterwards is its own business.
func switchPower(ctx context.Context, l *Lab, action, node, state string) error {
	switch action {
	case "off":
		return l.PowerOff(ctx, node)
	case "on":
		if state != PowerOff {
			return nil
		}
		return l.PowerOn(ctx, node)
	case "reboot":
		if err := l.PowerOff(ctx, node); err != nil {
			return err
		}
		_ = l.PowerOn(ctx, node)
		return nil
	}
	return fmt.Errorf("no action %q: expected off, on, reboot, status, list or monitor", action)
}
