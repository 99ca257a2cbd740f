package haconf

import (
	"slices"
	"strings"
)

// Ping is a ping node: something that takes no part but answers ICMP echo
// requests, so that members can tell how well they are connected.
type Ping struct {
	Line  int
	Name  string   // of a single host: as written
	Hosts []string // addresses or names; any answer counts
	IPv6  bool
	Group bool
}

// Child is a program of a respawn line.
type Child struct {
	Line int
	User string
	Argv []string // the first is a full path
}

// Auth is an apiauth line: who may be a client of a name.
type Auth struct {
	Line   int
	Client string
	Users  []string // names or numbers
	Groups []string
}

// Fence is a stonith or stonith_host line: how nodes are switched off.
type Fence struct {
	Line   int
	From   string // the node that can do it, or *
	Type   string
	Params []string
	File   string // of a stonith line: where the parameters are
}

// defaultAuth is who may be which client when ha.cf does not say (ha.cf(5)).
var defaultAuth = []Auth{
	{Client: "ipfail", Users: []string{"hacluster"}},
	{Client: "ccm", Users: []string{"hacluster"}},
	{Client: "ping", Groups: []string{"haclient"}},
	{Client: "lha-snmpagent", Users: []string{"root"}},
	{Client: "anon", Users: []string{"root"}, Groups: []string{"haclient"}},
}

// Auths are the apiauth lines and the defaults of those that are not there.
func (c *Config) Auths() []Auth {
	all := slices.Clone(c.APIAuth)
	for _, d := range defaultAuth {
		if !slices.ContainsFunc(c.APIAuth, func(a Auth) bool { return a.Client == d.Client }) {
			all = append(all, d)
		}
	}
	return all
}

func (c *Config) addPing(r *report, p Ping) {
	p.Name = strings.ToLower(p.Name)
	if slices.ContainsFunc(c.Pings, func(q Ping) bool { return q.Name == p.Name }) {
		r.warn("ping node %s is there already", p.Name)
		return
	}
	for _, host := range p.Hosts {
		if isAddress(host, !p.IPv6) {
			r.fail("%s: expected an address of the other family (ping is for IPv4, ping6 for IPv6)", host)
			return
		}
	}
	c.Pings = append(c.Pings, p)
}

func (c *Config) addPingGroup(r *report, rest string) {
	words := fields(rest)
	if len(words) < 2 {
		r.fail("ping_group %s: expected a name and at least one address", rest)
		return
	}
	c.addPing(r, Ping{r.line, words[0], words[1:], false, true})
}

func (c *Config) addRespawn(r *report, rest string) {
	words := fields(rest)
	if len(words) < 2 {
		r.fail("respawn %s: expected a user and the full path of a command", rest)
		return
	}
	if !strings.HasPrefix(words[1], "/") {
		r.fail("respawn: %q is no full path name", words[1])
		return
	}
	c.Respawn = append(c.Respawn, Child{r.line, words[0], words[1:]})
}

func (c *Config) addAPIAuth(r *report, rest string) {
	words := fields(rest)
	a := Auth{Line: r.line}
	for i, w := range words {
		users, isUsers := strings.CutPrefix(w, "uid=")
		groups, isGroups := strings.CutPrefix(w, "gid=")
		switch {
		case i == 0:
			a.Client = w
		case isUsers:
			a.Users = append(a.Users, strings.FieldsFunc(users, separators)...)
		case isGroups:
			a.Groups = append(a.Groups, strings.FieldsFunc(groups, separators)...)
		default:
			r.fail("apiauth %s: %q: expected uid=LIST or gid=LIST", rest, w)
			return
		}
	}
	if len(a.Users)+len(a.Groups) == 0 {
		r.fail("apiauth %s: expected a client and uid=LIST or gid=LIST", rest)
		return
	}
	for _, d := range c.APIAuth {
		if d.Client == a.Client {
			r.fail("apiauth %s is there already, at line %d", a.Client, d.Line)
			return
		}
	}
	c.APIAuth = append(c.APIAuth, a)
}

func (c *Config) addStonith(r *report, rest string) {
	words := fields(rest)
	if len(words) != 2 {
		r.fail("stonith %s: expected a type and its configuration file", rest)
		return
	}
	c.Fences = append(c.Fences, Fence{Line: r.line, From: "*", Type: words[0], File: words[1]})
}

func (c *Config) addStonithHost(r *report, rest string) {
	words := fields(rest)
	if len(words) < 2 {
		r.fail("stonith_host %s: expected a host or *, a type, and its parameters", rest)
		return
	}
	c.Fences = append(c.Fences, Fence{Line: r.line, From: strings.ToLower(words[0]), Type: words[1], Params: words[2:]})
}
