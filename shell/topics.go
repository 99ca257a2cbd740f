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
	{"Overview", "where to begin", `
"help" lists the commands of the present level, "help LEVEL" those of another,
"help LEVEL COMMAND" tells all about one. "help topics" lists pages like this.
A first look: "status" shows what runs, "configure show" how it is configured,
"ra info AGENT" what an agent takes.
`},
	{"Topics", "the list of these pages", `
"help topics" lists them.
`},
	{"Description", "what the shell is", `
The shell edits the configuration of a high-availability cluster and acts on
its members and resources. It speaks the language of crmsh, and works on the
running cluster, on a CIB file (-c FILE) or on a shadow CIB alike.
`},
	{"Introduction", "a first configuration", `
  configure
  primitive vip ocf:heartbeat:IPaddr2 params ip=10.0.0.9 op monitor interval=10s
  primitive web ocf:heartbeat:apache op monitor interval=30s
  group www vip web
  location www-here www 100: alice
  diff
  simulate
  commit
`},
	{"Features", "what there is besides editing", `
Completion with the meaning beside it; a diff and the planned actions before
each commit; a history with rollback; what-if runs (cibstatus); shadow CIBs;
scripts that go through whole or not at all (--strict); a laboratory on one
machine ("crm lab").
`},
	{"Shadows", "named copies of the configuration", `
"cib new NAME" copies the CIB and works on the copy; "cib use live" goes back.
"cib diff" compares, "cib commit NAME" puts the copy in force. The files are
those of crm_shadow: CIB_shadow and CIB_shadow_dir are obeyed.
`},
	{"Checks", "what is checked at a commit", `
References, ids, values and the schema's structure; and for each resource that
was changed: is its agent installed, does it know the parameters, are those it
needs given, are timeouts as long as it advises. Faults stop the commit, unless
"force" is said. "options check-mode relaxed" makes warnings of them.
`},
	{"Templates", "configurations from a form", `
"configure template" makes configurations from forms: "new vip virtual-ip params
ip=192.0.2.1", "show", "apply update". "list" tells which forms there are; those
of crmsh are not read. A template of resources is something else, rsc_template:
"rsc_template vm ocf:heartbeat:VirtualDomain ...", then "primitive vm1 @vm ...".
`},
	{"Testing", "trying things out", `
"simulate" in configure shows what a commit would do. The level cibstatus
pretends that nodes or operations fail. "crm lab" runs a whole cluster of
processes on this machine that may be killed and cut apart.
`},
	{"Security", "who may do what", `
With the property enable-acl=true, users other than root see and change what
their roles say: "role", "acl_target" and "acl_group" in configure. The daemon
listens to root and to members of the group haclient.
`},
	{"AttributeListReferences", "one set of attributes in several resources", `
Give the set an id and refer to it:

  primitive a Dummy params $id=common state=/run/x
  primitive b Dummy params $id-ref=common
`},
	{"AttributeReferences", "one value in several sets", `
  primitive a Dummy params $file:state=/run/x
  primitive b Dummy params @file
`},
	{"Reference", "all commands", `
"help LEVEL" for each level that "help" lists.
`},
}
