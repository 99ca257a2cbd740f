package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"crm/node/control"
	"crm/node/hbapi"
)

// The exit codes of cl_status.
const (
	clFalse   = 1  // stopped, dead, no daemon, no such parameter
	clUsage   = 11 // a bad word
	clRefused = 13 // the daemon could not tell
)

// clPatience is how long cl_status waits for the daemon.
const clPatience = 5 * time.Second

const clHelp = `cl_status - what the ring knows of its nodes and links
Usage: cl_status COMMAND [OPTION] [PARAMETER]...

hbstatus [-v]                     whether the cluster software runs here
listnodes [-p|-n] [-v]            the nodes; -p: only ping nodes, -n: only normal ones
nodestatus NODE                   init, up, active, dead or ping
nodetype NODE                     normal or ping
nodeweight NODE                   what hb_setweight gave it, or 100
nodesite NODE                     what hb_setsite gave it, or nothing
listhblinks [-v] NODE             the links to a node
hblinkstatus NODE LINK            up or dead
clientstatus NODE CLIENT [MS]     whether a client of heartbeat is online
rscstatus                         what this node holds of haresources
hbparameter -p NAME               the value of an option of ha.cf

 -m  for people rather than scripts      -v  more
`

// clCall is one call of cl_status.
type clCall struct {
	out   io.Writer
	err   io.Writer
	info  control.Info
	words []string
	on    map[string]bool
	param string // of -p NAME
}

// clEnd is an end other than success: what it says and the exit code.
type clEnd struct {
	code  int
	lines []string
}

// Error is what is said.
func (e *clEnd) Error() string { return strings.Join(e.lines, "; ") }

func clFail(code int, lines ...string) error { return &clEnd{code, lines} }

// clCommand is a subcommand: its options, the fewest words, and what it does.
type clCommand struct {
	flags []flag
	words int
	run   func(c *clCall) error
}

// clCommands are the subcommands (cl_status(1)).
func clCommands() map[string]clCommand {
	human, verbose := flag{'m', "human", false}, flag{'v', "verbose", false}
	plain, more := []flag{human}, []flag{human, verbose}
	return map[string]clCommand{
		"hbstatus":     {more, 0, (*clCall).running},
		"listnodes":    {[]flag{human, verbose, {'p', "ping", false}, {'n', "normal", false}}, 0, (*clCall).listNodes},
		"nodestatus":   {plain, 1, (*clCall).nodeStatus},
		"nodetype":     {plain, 1, (*clCall).nodeType},
		"nodeweight":   {plain, 1, (*clCall).nodeWeight},
		"nodesite":     {plain, 1, (*clCall).nodeSite},
		"listhblinks":  {more, 1, (*clCall).listLinks},
		"hblinkstatus": {plain, 2, (*clCall).linkStatus},
		"clientstatus": {plain, 2, (*clCall).clientStatus},
		"rscstatus":    {plain, 0, (*clCall).holds},
		"hbparameter":  {[]flag{human, {'p', "parameter", true}}, 0, (*clCall).parameter},
	}
}

// ClStatus is cl_status: heartbeat's questions about the ring, with its
// answers and exit codes.
func ClStatus(args []string, std Streams) int {
	if len(args) == 0 || args[0] == "-h" || args[0] == "--help" {
		fmt.Fprint(std.Out, clHelp)
		return exitOK
	}
	command, known := clCommands()[args[0]]
	if !known {
		clComplain(std.Err, args[0]+": invalid sub-command.")
		return clUsage
	}
	ctx, cancel := context.WithTimeout(context.Background(), clPatience)
	defer cancel()
	info, err := control.Dial(control.Socket()).Info(ctx)
	if err != nil {
		return clStopped(std, args, err)
	}
	c := &clCall{out: std.Out, err: std.Err, info: info, on: map[string]bool{}}
	if err := c.do(command, args); err != nil {
		return clEnded(std.Err, err)
	}
	return exitOK
}

// do reads the words of a subcommand and runs it.
func (c *clCall) do(command clCommand, args []string) (err error) {
	c.words, err = getopt(command.flags, args[1:], func(long, value string) error {
		c.on[long] = true
		if long == "parameter" {
			c.param = value
		}
		return nil
	})
	if err != nil {
		return clFail(clUsage, args[0]+": "+err.Error())
	}
	if len(c.words) < command.words {
		return clFail(clUsage, args[0]+": Not enough parameters.")
	}
	return command.run(c)
}

// clStopped says that no daemon answers.
func clStopped(std Streams, args []string, err error) int {
	if args[0] != "hbstatus" {
		clComplain(std.Err, "Cannot signon with heartbeat", "REASON: "+err.Error())
		return clFalse
	}
	fmt.Fprintln(std.Out, "Heartbeat is stopped on this machine.")
	if slices.Contains(args, "-v") {
		fmt.Fprintf(std.Out, "(%v)\n", err)
	}
	return clFalse
}

// clComplain writes lines in the form of heartbeat's log.
func clComplain(w io.Writer, lines ...string) {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	for _, line := range lines {
		fmt.Fprintf(w, "%s %s cl_status: [%d]: ERROR: %s\n", time.Now().Format("Jan 02 15:04:05"), host, os.Getpid(), line)
	}
}

func clEnded(w io.Writer, err error) int {
	var end *clEnd
	if !errors.As(err, &end) {
		clComplain(w, err.Error())
		return clFalse
	}
	if len(end.lines) > 0 {
		clComplain(w, end.lines...)
	}
	return end.code
}

// say writes for scripts, or with -m for people.
func (c *clCall) say(value, human string, args ...any) error {
	if c.on["human"] {
		value = fmt.Sprintf(human, args...)
	}
	_, err := fmt.Fprintln(c.out, value)
	return err
}

// node is the node that the first word names; names are the same in any case.
func (c *clCall) node() (control.RingNode, error) {
	for _, n := range c.info.Ring.Nodes {
		if strings.EqualFold(n.Name, c.words[0]) {
			return n, nil
		}
	}
	fmt.Fprintln(c.err, "Error. May be due to incorrect node name")
	return control.RingNode{}, clFail(clUsage)
}

func (c *clCall) running() error {
	if !c.on["verbose"] {
		return c.say("Heartbeat is running on this machine.", "Heartbeat is running on this machine.")
	}
	manager := "\"haresources\""
	if c.info.Ring.Hold == "" {
		manager = "pacemaker\t(true)"
	}
	if err := c.say("version:\t"+c.info.Version+"\nmanaged by:\t"+manager,
		"Heartbeat version %s\nResources controlled by %s", c.info.Version, manager); err != nil {
		return err
	}
	return c.listNodes()
}

// listNodes tells of all nodes, the last one of ha.cf first, as heartbeat.
func (c *clCall) listNodes() error {
	if c.on["human"] {
		fmt.Fprintln(c.out, "The nodes are as follow:")
	}
	for _, n := range slices.Backward(c.info.Ring.Nodes) {
		if (c.on["ping"] || c.on["normal"]) && !c.on[n.Type] {
			continue
		}
		if !c.on["verbose"] {
			fmt.Fprintln(c.out, n.Name)
			continue
		}
		fmt.Fprintf(c.out, "\n%s\t%s\t(nodetype: %s)\n", n.Name, n.State, n.Type)
		c.links(n)
	}
	return nil
}

func (c *clCall) links(n control.RingNode) {
	if c.on["human"] {
		fmt.Fprintln(c.out, "\tthis node has the following heartbeat links:")
	}
	for _, l := range slices.Backward(n.Links) {
		if c.on["verbose"] {
			fmt.Fprintf(c.out, "\t%s\t%s\n", l.Name, linkState(l))
			continue
		}
		fmt.Fprintf(c.out, "\t%s\n", l.Name)
	}
}

func linkState(l control.RingLink) string {
	if l.Up {
		return "up"
	}
	return "dead"
}

// nodeStatus says the state; a node that is not there is not a success.
func (c *clCall) nodeStatus() error {
	n, err := c.node()
	if err != nil {
		return err
	}
	err = c.say(n.State, "The cluster node %s is %s", n.Name, n.State)
	if err == nil && (n.State == "dead" || n.State == "init") {
		return clFail(clFalse)
	}
	return err
}

func (c *clCall) nodeType() error {
	n, err := c.node()
	if err != nil {
		return err
	}
	return c.say(n.Type, "The node %s's type: %s", n.Name, n.Type)
}

// nodeWeight tells what hb_setweight said.
func (c *clCall) nodeWeight() error {
	n, err := c.node()
	if err != nil {
		return err
	}
	weight := cmp.Or(n.Weight, "100")
	return c.say(weight, "The weight of the cluster node %s is %s", n.Name, weight)
}

// nodeSite tells what hb_setsite said.
func (c *clCall) nodeSite() error {
	n, err := c.node()
	if err != nil {
		return err
	}
	return c.say(n.Site, "The site of the cluster node %s is %s", n.Name, n.Site)
}

func (c *clCall) listLinks() error {
	i := slices.IndexFunc(c.info.Ring.Nodes, func(n control.RingNode) bool { return strings.EqualFold(n.Name, c.words[0]) })
	if i < 0 {
		return clFail(clRefused, "Cannot start heartbeat link interface walk.", "REASON: there is no node "+c.words[0])
	}
	c.links(c.info.Ring.Nodes[i])
	return nil
}

func (c *clCall) linkStatus() error {
	for _, n := range c.info.Ring.Nodes {
		for _, l := range n.Links {
			if !strings.EqualFold(n.Name, c.words[0]) || l.Name != c.words[1] {
				continue
			}
			err := c.say(linkState(l), "The node %s's heartbeat link %s is %s", n.Name, l.Name, linkState(l))
			if err == nil && !l.Up {
				return clFail(clFalse)
			}
			return err
		}
	}
	return clFail(clRefused, "Cannot get heartbeat link status", "REASON: ")
}

// clientStatus says whether a client of heartbeat is online on a node; the
// third word is for how many milliseconds an answer is waited for.
func (c *clCall) clientStatus() error {
	limit := time.Duration(clClientWait)
	if len(c.words) > 2 {
		ms, err := strconv.ParseUint(c.words[2], 10, 31)
		if err != nil {
			return clFail(clUsage, "bad timeout "+c.words[2])
		}
		limit = time.Duration(ms) * time.Millisecond
	}
	state, err := hbapi.ClientStatus(clRegister(), c.words[0], c.words[1], limit)
	if err != nil {
		reason := err.Error()
		if errors.Is(err, hbapi.ErrSlow) {
			reason = "No timely response."
		}
		return clFail(clRefused, "Cannot get heartbeat client "+c.words[1]+"'s status", "REASON: "+reason)
	}
	err = c.say(state, "Client %s on node %s is %s", c.words[1], c.words[0], state)
	if err == nil && state != "online" {
		return clFail(clFalse)
	}
	return err
}

// clClientWait is how long another node may take to answer.
const clClientWait = 100 * time.Millisecond

// clRegister is where heartbeat's clients find the daemon.
func clRegister() string {
	return cmp.Or(os.Getenv("CRM_REGISTER"), "/run/heartbeat/register")
}

func (c *clCall) holds() error {
	hold := c.info.Ring.Hold
	if hold == "" {
		return clFail(clFalse, "Cannot get cluster resource status of a pacemaker cluster; try crm_mon")
	}
	return c.say(hold, "This node is holding %s resources.", hold)
}

func (c *clCall) parameter() error {
	if c.param == "" {
		return clFail(clUsage, "parameter name required")
	}
	value, known := c.info.Ring.Parameters[c.param]
	if c.param == "hbversion" {
		value, known = c.info.Version, true
	}
	if !known {
		return clFail(clFalse, "Cannot get parameter "+c.param+"'s value", "REASON: ")
	}
	return c.say(value, "Heartbeat parameter %s's value: %s", c.param, value)
}
