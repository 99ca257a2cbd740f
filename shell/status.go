package shell

import (
	"context"
	"strings"
	"time"

	"crm/cib"
)

// statusWords are crmsh's words for what status shows besides.
var statusWords = [][2]string{
	{"bynode", "group resources by node"}, {"inactive", "resources that are not running too"}, {"ops", "operation history"},
	{"timing", "operation history with times"}, {"failcounts", "failure counts"}, {"verbose", "more of everything"},
	{"quiet", "less of everything"}, {"html", "as a web page"}, {"xml", "as XML"}, {"simple", "one line"}, {"tickets", "tickets"},
	{"noheaders", "without headings"}, {"detail", "all there is to tell of a resource"}, {"brief", "resources in short"},
	{"full", "all of these"},
}

// monitorFlags are crm_mon's options for those words.
var monitorFlags = map[string][]string{
	"bynode": {"-n"}, "inactive": {"-r"}, "ops": {"-o"}, "timing": {"-t"}, "failcounts": {"-f"}, "verbose": {"-V"}, "quiet": {"-Q"},
	"html": {"--output-as=html"}, "xml": {"--output-as=xml"}, "simple": {"-s"}, "tickets": {"-c"}, "noheaders": {"-D"},
	"detail": {"-R"}, "brief": {"-b"}, "full": {"-n", "-c", "-r", "-f", "-t"},
}

// runStatus is crm_mon once, with words for its options.
func runStatus(ctx context.Context, c *Call) error {
	argv := []string{"crm_mon", "-1"}
	if len(c.Args) == 0 {
		argv = append(argv, "-r")
	}
	for i, word := range c.Args {
		switch flags, ok := monitorFlags[word]; {
		case ok:
			argv = append(argv, flags...)
		case strings.HasPrefix(word, "-"):
			argv = append(argv, word)
		default:
			return newError(Usage, c.words[i+1].Pos, "status: %q is no word it knows; usage: %s", word, c.usage())
		}
	}
	if _, err := c.read(ctx); err != nil {
		return err // better told by us than by the tool
	}
	return c.execute(ctx, argv...)
}

// execute runs one of the cluster tools; its exit code other than 0 is an
// error that the tool has told of itself.
func (c *Call) execute(ctx context.Context, argv ...string) error {
	if c.Execute == nil {
		return failf("%s is not to be had here", argv[0])
	}
	code, err := c.Execute(ctx, c.Out, c.Err, argv...)
	switch {
	case err != nil:
		return err
	case code != 0:
		return ErrReported
	}
	return nil
}

func runClusterStatus(ctx context.Context, c *Call) error {
	doc, err := c.read(ctx)
	if err != nil {
		return err
	}
	root := doc.Root()
	c.printf("%s\n", c.Cluster.Describe())
	c.printf("configuration: version %s, schema %s\n", doc.Version(), attr(root, "validate-with"))
	quorum := "without quorum"
	if cib.IsTrue(attr(root, "have-quorum")) {
		quorum = "with quorum"
	}
	if !c.Cluster.Live() {
		c.printf("no cluster is running behind it\n")
		return nil
	}
	dc := attr(root, "dc-uuid")
	if n := doc.Node(dc); n != nil {
		dc = nodeName(n)
	}
	if dc == "" {
		dc = "none"
	}
	c.printf("coordinator: %s, partition %s\n", dc, quorum)
	return nil
}

// Starter is a Cluster that may be on its way up.
type Starter interface {
	// Startup waits until it answers and has somebody who decides.
	Startup(ctx context.Context) error
}

func runWaitForStartup(ctx context.Context, c *Call) error {
	limit := time.Minute
	if len(c.Args) == 1 {
		d, err := time.ParseDuration(strings.TrimSuffix(c.Args[0], "s") + "s")
		if err != nil || d <= 0 {
			return newError(Usage, c.words[1].Pos, "wait_for_startup: %q is no number of seconds; expected one, as 60", c.Args[0])
		}
		limit = d
	}
	within, stop := context.WithTimeout(ctx, limit)
	defer stop()
	var err error
	if s, ok := c.Cluster.(Starter); ok {
		err = s.Startup(within)
	}
	if err == nil {
		err = c.Cluster.Wait(within)
	}
	if within.Err() != nil && ctx.Err() == nil {
		return failf("wait_for_startup: not up and idle after %s: %w", limit, err)
	}
	return err
}

func runTicket(ctx context.Context, c *Call) error {
	flags := map[string][]string{"grant": {"-g"}, "revoke": {"-r"}, "delete": {"-D", "granted"}, "standby": {"-s"}, "activate": {"-a"},
		"show": {"-G", "granted"}, "time": {"-G", "last-granted"}}
	f, ok := flags[c.Args[0]]
	if !ok {
		return newError(Usage, c.words[1].Pos, "ticket: %q is none of grant, revoke, delete, standby, activate, show, time", c.Args[0])
	}
	if c.Cluster.Live() {
		return refusef("tickets of geo clusters are not kept by this cluster: location constraints say where resources may run; \"cibstatus ticket\" tries a ticket in thought")
	}
	return c.execute(ctx, append([]string{"crm_ticket", "-t", c.Args[1]}, f...)...)
}
