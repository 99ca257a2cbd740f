package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"crm/completions"
	"crm/node/haconf"
	"crm/shell"
)

// convert turns a file of another language into the crm language: haresources
// of heartbeat into groups and locations.
func convert(agents completions.Agents) func(string, string, []byte, []string) (shell.Converted, error) {
	return func(kind, file string, text []byte, nodes []string) (shell.Converted, error) {
		if kind != "haresources" {
			return shell.Converted{}, fmt.Errorf("%s is not a kind of file that is understood", kind)
		}
		names, small := map[string]string{}, make([]string, len(nodes)) // heartbeat takes names in any case
		for i, n := range nodes {
			small[i] = strings.ToLower(n)
			names[small[i]] = n
		}
		groups, warnings, err := haconf.ParseHaresources(file, text, small)
		var faults haconf.Problems
		if errors.As(err, &faults) {
			var list []error
			for _, p := range faults {
				list = append(list, &shell.Error{Kind: shell.Syntax, File: p.File, Line: p.Line, Text: p.Text})
			}
			return shell.Converted{}, errors.Join(list...)
		}
		if err != nil {
			return shell.Converted{}, err
		}
		c := &haresources{agents: agents, taken: map[string]bool{}}
		for _, w := range warnings {
			c.out.Notes = append(c.out.Notes, w.Error())
		}
		for _, g := range groups {
			g.Node = names[g.Node]
			c.group(g)
		}
		c.out.Text = c.text.String()
		return c.out, nil
	}
}

// haresources gathers statements, with ids made as haresources2cib made them.
type haresources struct {
	agents completions.Agents
	taken  map[string]bool
	count  int // of resources
	groups int
	text   strings.Builder
	out    shell.Converted
}

// group makes a line of haresources: what runs together, in that order, and
// the node it belongs to.
func (c *haresources) group(g haconf.Group) {
	if len(g.Resources) == 0 {
		return
	}
	var ids []string
	for _, r := range g.Resources {
		ids = append(ids, c.resource(r))
	}
	id := ids[0]
	if len(ids) > 1 {
		c.groups++
		id = c.free("group_" + strconv.Itoa(c.groups))
		fmt.Fprintf(&c.text, "group %s %s\n", id, strings.Join(ids, " "))
	}
	fmt.Fprintf(&c.text, "location rsc_location_%s %s 100: %s\n", id, id, g.Node)
}

func (c *haresources) resource(r haconf.Resource) string {
	c.count++
	if (r.Script == "IPaddr" || r.Script == "IPaddr2") && len(r.Args) > 0 {
		return c.address(r.Args[0])
	}
	id := c.free(r.Script + "_" + strconv.Itoa(c.count))
	if r.Script == "OCF" && len(r.Args) > 0 {
		id = c.free(r.Args[0] + "_" + strconv.Itoa(c.count))
		fmt.Fprintf(&c.text, "primitive %s ocf:heartbeat:%s op monitor interval=120s timeout=60s\n", id, r.Args[0])
		c.out.Notes = append(c.out.Notes, id+": its parameters stand in /etc/ha.d/conf/OCF/"+strings.Join(r.Args, "/")+" and have to be added")
		return id
	}
	spec, names := c.agent(r.Script)
	line := "primitive " + id + " " + spec
	for i, a := range r.Args {
		name := strconv.Itoa(i + 1)
		if i < len(names) {
			name = names[i]
		}
		if i == 0 {
			line += " params"
		}
		line += " " + name + "=" + shell.Quote(a)
	}
	fmt.Fprintf(&c.text, "%s op monitor interval=120s timeout=60s\n", line)
	return id
}

// agent is what runs a script: the OCF agent of that name, else the script
// itself, of heartbeat or of init.
func (c *haresources) agent(script string) (spec string, names []string) {
	names = haconf.ParameterNames(script)
	switch {
	case names != nil, slices.Contains(c.agents.Types("ocf", "heartbeat"), script):
		return "ocf:heartbeat:" + script, names
	case slices.Contains(c.agents.Types("heartbeat", ""), script):
		return "heartbeat:" + script, nil
	case slices.Contains(c.agents.Types("lsb", ""), script):
		return "lsb:" + script, nil
	}
	c.out.Notes = append(c.out.Notes, script+": there is no such script here in /etc/ha.d/resource.d or /etc/init.d; it is taken for one of resource.d")
	return "heartbeat:" + script, nil
}

// address makes an IP address.
func (c *haresources) address(arg string) string {
	at := haconf.ParseAddress(arg)
	id := c.free("IPaddr_" + strings.ReplaceAll(at.IP, ".", "_"))
	line := "primitive " + id + " ocf:heartbeat:IPaddr2 params ip=" + at.IP
	for _, p := range [][2]string{{"cidr_netmask", at.Mask}, {"nic", at.Interface}, {"broadcast", at.Broadcast}, {"iflabel", at.Label}} {
		if p[1] != "" {
			line += " " + p[0] + "=" + shell.Quote(p[1])
		}
	}
	fmt.Fprintf(&c.text, "%s op monitor interval=5s timeout=20s\n", line)
	return id
}

// free is id, or id with a number when it is taken.
func (c *haresources) free(id string) string {
	name := id
	for n := 2; c.taken[name]; n++ {
		name = id + "_" + strconv.Itoa(n)
	}
	c.taken[name] = true
	return name
}
