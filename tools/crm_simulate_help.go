package tools

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// helpGroup is one section of the options, with a help page of its own.
type helpGroup struct {
	name  string // of the page --help-NAME; "" for options on the main page
	title string
	about string // what the main page says about the section's page
	flags []helpFlag
}

// helpFlag is an option together with what its help says.
type helpFlag struct {
	short byte
	long  string
	value string // what the value stands for; "" when the option has none
	text  string // several lines are set below each other
}

// errHelp ends the reading of options: help was asked for, and whatever
// follows does not count.
var errHelp = errors.New("help was asked for")

// simulateGroups are the options of crm_simulate, in the order of the help.
func simulateGroups() []helpGroup {
	return []helpGroup{
		{"output", "Output Options", "how to show the report", []helpFlag{
			{0, "output-as", "FORMAT", "report as text (without this option), xml, or none for no report"},
			{0, "output-to", "DEST", `write the report to this file, "-" for standard output`},
			{0, "text-fancy", "", "headings in the text, also with -s and -Q together"},
		}},
		{"operations", "Operations", "what to compute and show", []helpFlag{
			{'R', "run", "", "show what the cluster would do"},
			{'S', "simulate", "", "as -R, then the status that this would lead to"},
			{'X', "in-place", "", "as -S, and the input file is overwritten with the result"},
			{'A', "show-attrs", "", "show the attributes of nodes"},
			{'c', "show-failcounts", "", "show how often resources failed"},
			{'s', "show-scores", "", "show the scores of resources on nodes"},
			{'U', "show-utilization", "", "show the use of capacities"},
			{'P', "profile", "DIR", "time the decision for every .xml file in DIR"},
			{'N', "repeat", "N", "with -P, so many times each"},
		}},
		{"synthetic", "Synthetic Cluster Events", "what to suppose", syntheticFlags},
		{"artifact", "Artifact Options", "which files to write", []helpFlag{
			{'I', "save-input", "FILE", "write the CIB, with what is supposed"},
			{'O', "save-output", "FILE", "write the CIB after the transition"},
			{'G', "save-graph", "FILE", "write the transition as XML"},
			{'D', "save-dotfile", "FILE", "write the transition for Graphviz"},
			{'a', "all-actions", "", "with -D, also actions that need not happen"},
		}},
		{"source", "Data Source", "where the CIB comes from", []helpFlag{
			{'L', "live-check", "", "take the CIB of the running cluster"},
			{'x', "xml-file", "FILE", `read the CIB from FILE, "-" for standard input`},
			{'p', "xml-pipe", "", "read the CIB from standard input"},
		}},
		{"", "Application Options", "", []helpFlag{
			{'$', "version", "", "say which version this is"},
			{'V', "verbose", "", "tell what is wrong with the configuration; with -D, number the actions"},
			{'Q', "quiet", "", "no status and no summary"},
		}},
	}
}

var syntheticFlags = []helpFlag{
	{'u', "node-up", "NODE", "the node comes online"},
	{'d', "node-down", "NODE", "the node goes offline"},
	{'f', "node-fail", "NODE", "the node fails"},
	{'i', "op-inject", "OPSPEC", "an operation had this result"},
	{'F', "op-fail", "OPSPEC", "an operation of the transition ends like this, and the transition there;\n" +
		"keep the outcome with -O to see what follows"},
	{'t', "set-datetime", "DATETIME", "it is this time (ISO 8601)"},
	{'q', "quorum", "QUORUM", "there is quorum (true or 1), or not"},
	{'w', "watchdog", "DEVICE", "there is a watchdog (true or 1), or not"},
	{'g', "ticket-grant", "TICKET", "the ticket is granted"},
	{'r', "ticket-revoke", "TICKET", "the ticket is revoked"},
	{'b', "ticket-standby", "TICKET", "the ticket is on standby"},
	{'e', "ticket-activate", "TICKET", "the ticket is active again"},
}

// simulateFlags is every option that is taken. Those that are in no section
// are pending, kept for old scripts, and the pages of help.
func simulateFlags() []flag {
	flags := []flag{{'j', "pending", false}, {'h', "help", false}, {'?', "help", false}, {0, "help-all", false}}
	for _, g := range simulateGroups() {
		if g.name != "" {
			flags = append(flags, flag{0, "help-" + g.name, false})
		}
		for _, f := range g.flags {
			flags = append(flags, flag{f.short, f.long, f.value != ""})
		}
	}
	return flags
}

// simulateHelp writes a page: help, help-all or that of one section.
func simulateHelp(w io.Writer, page string) {
	fmt.Fprint(w, "Usage:\n  crm_simulate [OPTION...]\n\nWhat would the cluster do?\n")
	groups := simulateGroups()
	if page == "help" || page == "help-all" {
		writeGroup(w, helpPages(groups))
	}
	for _, g := range groups {
		if page == "help-all" || page == "help" && g.name == "" || page == "help-"+g.name {
			writeGroup(w, g)
		}
	}
	fmt.Fprint(w, simulateExamples)
}

// helpPages are the options that lead to the pages.
func helpPages(groups []helpGroup) helpGroup {
	pages := helpGroup{title: "Help Options", flags: []helpFlag{
		{'h', "help", "", "this page"}, {0, "help-all", "", "all options"}}}
	for _, g := range groups {
		if g.name != "" {
			pages.flags = append(pages.flags, helpFlag{0, "help-" + g.name, "", g.about})
		}
	}
	return pages
}

func writeGroup(w io.Writer, g helpGroup) {
	fmt.Fprintf(w, "\n%s:\n", g.title)
	for _, f := range g.flags {
		option := "--" + f.long
		if f.value != "" {
			option += "=" + f.value
		}
		if f.short != 0 {
			option = "-" + string(f.short) + ", " + option
		}
		text := strings.ReplaceAll(f.text, "\n", "\n"+strings.Repeat(" ", 35))
		fmt.Fprintf(w, "  %-32s %s\n", option, text)
	}
}

const simulateExamples = `
Operation Specification:
  OPSPEC is RESOURCE_TASK_INTERVAL@NODE=RC with the interval in milliseconds
  and the exit code of the resource agent, for example
  memcached_monitor_20000@bart.example.com=7 (7: it does not run).

Examples:
  What if the web server's monitor found it dead on n1, and then its stop
  failed? Keep what comes out:

	crm_simulate -L -S -i web_monitor_10000@n1=7 -F web_stop_0@n1=1 -O after.xml

  And what would the cluster do about that?

	crm_simulate -S -x after.xml
`
