package shell

import (
	"context"

	"crm/completions"
)

// Root makes the tree of levels. It is made by hand and when a session is
// opened, so that starting costs nothing and nothing registers itself.
func Root() *Level {
	root := &Level{
		Name:  "",
		Short: "high-availability cluster shell",
		Help: `Commands are grouped in levels; the name of a level enters it, "up" leaves it.
"configure" edits the configuration, "resource" and "node" act on what runs,
"status" shows it.`,
		Commands: rootCommands(),
		Levels: []*Level{cibLevel(), cibstatusLevel(), clusterLevel(), configureLevel(), corosyncLevel(), historyLevel(),
			labLevel(), maintenanceLevel(), nodeLevel(), optionsLevel(), raLevel(), resourceLevel(), scriptLevel(), siteLevel()},
	}
	finish(root, true)
	return root
}

// finish gives every level the commands that all have.
func finish(l *Level, root bool) {
	l.Commands = append(l.Commands, everywhere(root)...)
	for _, sub := range l.Levels {
		finish(sub, false)
	}
}

func rootCommands() []*Command {
	return []*Command{
		{Name: "status", Usage: "[bynode] [inactive] [ops] [timing] [failcounts] [tickets] [noheaders] [detail] [brief] [full] [xml]",
			Short: "show the state of the cluster", Args: atLeast(0), Run: runStatus,
			Help: `Shows members, resources and failed actions once. Without words inactive
resources are listed too. Other words are handed to crm_mon as they are.`,
			Complete: completions.Each(completions.Words(statusWords...))},
		{Name: "verify", Usage: "[scores]", Short: "check the configuration that is in force", Args: between(0, 1), Run: runVerifyLive,
			Complete: completions.Words([2]string{"scores", "with the scores of every resource on every node"})},
		{Name: "commit", Ours: true, Hidden: true, Short: "leaving configure has settled it", Args: none(),
			Run: func(_ context.Context, c *Call) error { return c.nothingToCommit() }},
		gone("report", "collect logs and configuration", "reports are not collected by crm yet: take \"crm configure save xml FILE\" and the log files"),
	}
}

// gone declares a word of crmsh that is known and answers with what to do
// instead; it keeps its place among the abbreviations.
func gone(name, short, instead string, old ...string) *Command {
	return &Command{Name: name, Old: old, Short: short, Args: atLeast(0), Hidden: true, Complete: completions.Nothing,
		Usage: "...", Run: func(context.Context, *Call) error { return refusef("%s: %s", name, instead) }}
}

func clusterLevel() *Level {
	const system = "the daemon is started by the service manager: \"crm daemon\" in the foreground, or the service \"crm\""
	return &Level{Name: "cluster", Short: "the cluster as a whole",
		Commands: []*Command{
			{Name: "status", Short: "which daemon answers, and whether it has quorum", Args: none(), Run: runClusterStatus},
			{Name: "wait_for_startup", Usage: "[<seconds>]", Short: "wait until the cluster is up and idle", Args: between(0, 1),
				Help: "Waits a minute, or as long as said, for the daemon to answer, a coordinator and nothing left to do.\n\n  wait_for_startup 600",
				Run:  runWaitForStartup, Complete: completions.InTurn(completions.Words([2]string{"10", "ten seconds"}, [2]string{"60", "a minute"},
					[2]string{"600", "ten minutes"}))},
			gone("copy", "copy a file to all members", "copy it with scp"),
			gone("crash_test", "crash tests", "see \"crm lab\""),
			gone("diff", "compare a file on all members", "compare with ssh and diff"),
			gone("disable", "do not start at boot", system), gone("enable", "start at boot", system),
			gone("geo_init", "geo clusters", "not built", "geo-init"),
			gone("geo_init_arbitrator", "geo clusters", "not built", "geo-init-arbitrator"),
			gone("geo_join", "geo clusters", "not built", "geo-join"), gone("health", "health check", "see \"crm status\" and \"crm verify\""),
			gone("init", "make a cluster", "write /etc/ha.d/ha.cf and authkeys, then start the daemon"),
			gone("join", "join a cluster", "copy ha.cf and authkeys, then start the daemon"),
			gone("remove", "remove a member", "see \"crm node delete\"", "delete"),
			gone("rename", "rename the cluster", "set the property cluster-name"),
			gone("restart", "restart the daemon", system), gone("run", "run a command on all members", "use ssh"),
			gone("start", "start the daemon", system), gone("stop", "stop the daemon", system),
		}}
}

func corosyncLevel() *Level {
	const no = "this is not a corosync cluster: the ring is heartbeat's, see /etc/ha.d/ha.cf"
	names := []string{"diff", "edit", "get", "log", "pull", "push", "reload", "set", "show", "status"}
	l := &Level{Name: "corosync", Short: "not a corosync cluster: the ring is heartbeat's",
		Commands: []*Command{gone("add-node", "-", no, "add_node"), gone("del-node", "-", no, "del_node")}}
	for _, n := range names {
		l.Commands = append(l.Commands, gone(n, "-", no))
	}
	return l
}

func scriptLevel() *Level {
	const no = "wizard scripts are not part of crm: write the lines into a file and run \"crm -f FILE\""
	l := &Level{Name: "script", Short: "wizard scripts (not part of crm)"}
	for _, n := range []string{"_actions", "_convert", "json", "list", "_print", "run", "verify"} {
		l.Commands = append(l.Commands, gone(n, "-", no))
	}
	l.Commands = append(l.Commands, gone("show", "-", no, "info", "describe"))
	return l
}

func siteLevel() *Level {
	return &Level{Name: "site", Short: "tickets of geo clusters",
		Commands: []*Command{{Name: "ticket", Usage: "grant|revoke|delete|standby|activate|show|time <ticket>",
			Short: "manage tickets", Args: exactly(2), Run: runTicket,
			Complete: completions.InTurn(completions.Plain("grant", "revoke", "delete", "standby", "activate", "show", "time"), completions.Tickets)}}}
}
