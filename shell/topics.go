package shell

// topics are what there is to know besides the commands. The names are those
// that users of crmsh type.
var topics = []topic{
	{"CommandLine", "how crm is called from a login shell", `
crm                       the interactive shell, or commands from standard input
crm LEVEL COMMAND ...     one command; leaving configure with changes commits them
crm -f FILE               a script ("-" for standard input)
crm -c FILE ...           work on a CIB file, no cluster needed (also CIB_file=FILE)

  -F, --force       yes to every question; commit what verify refuses
  -n, --no          no to every question
  -y, --yes         commit without asking
  -w, --wait        after each change wait until the cluster is idle
  --strict          a script stops at its first failing line and commits nothing
  -D STYLE          plain, color or color-always
  -d, --debug       tell what is done

Exit codes: 0 all went well; 1 a command failed (a script goes on with its next
line and names the failing ones at the end); 2 a script cannot be read.
`},
	{"Shorthand", "abbreviations of commands", `
A command or level may be shortened to any beginning that only it has ("conf",
"res st"), or to its first letter and some of the others in order ("cfg").
`},
	{"Interface", "levels and moving between them", `
Commands are grouped in levels. The name of a level enters it, "up" leaves it,
"cd ../resource" goes elsewhere, and a command can be given from any level
above: "configure show" at the top shows and stays at the top.
`},
	{"Editing", "how the configuration is changed", `
The configure level works on a copy. Nothing reaches the cluster before
"commit"; "diff" shows what would change, "verify" what is wrong with it,
"simulate" what the cluster would do. "refresh" drops the copy. When somebody
else commits in between, the commit is refused and the copy is kept.
`},
	{"Scripts", "files of commands", `
A script has one command a line. A line that begins with "#" is skipped. A line
that ends in "\" goes on with the next: each is stripped of blanks left and
right and they are joined with nothing in between, so keep the blank in front
of the "\". Quotes are as in a POSIX shell.
A failing line does not stop the script; --strict does, and then nothing at all
is committed.
`},
	{"Completion", "the Tab key", `
Tab completes commands, names of nodes and resources, agents, their parameters,
meta attributes, operations, roles, scores and properties, with their meaning.
`},
	{"Lifetime", "how long a moved resource stays moved", `
A lifetime is an ISO 8601 duration: PT30M for half an hour, P1D for a day. A
bare "reboot" or "forever" is understood as well where attributes are set.
`},
	{"RuleExpressions", "rules in constraints and attribute sets", `
rule [$id=ID] [$role=ROLE] SCORE: EXPRESSION [and|or EXPRESSION ...]

EXPRESSION:  defined ATTR | not_defined ATTR
             ATTR [TYPE:]OP VALUE        TYPE: string, integer, number, version
             date lt DATE | date gt DATE | date in START END
             date spec hours=9-17 weekdays=1-5
OP:          lt, gt, lte, gte, eq, ne

  location web-day web rule 100: date spec hours=8-18
  location web-big web rule -inf: not_defined cpus or cpus number:lt 8
`},
	{"Resourcesets", "several resources in one constraint", `
Resources without brackets are kept in order; ( ) makes a set whose members do
not depend on each other, [ ] a set in which any member is enough.

  order o1 Mandatory: db ( web1 web2 ) vip
  colocation c1 inf: vip ( web1 web2 )
`},
}
