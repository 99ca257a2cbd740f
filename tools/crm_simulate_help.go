package tools

const simulateHelp = `Usage: crm_simulate [OPTION...]

What would the cluster do? The CIB comes from -x FILE, from standard input
(-p, or -x -), or from the running cluster (-L).

What to do:
  -R, --run                    show what the cluster would do
  -S, --simulate               the same, and what the status would be after it
  -X, --in-place               the same, and write the result into the input file
  -s, --show-scores            show the scores of resources on nodes
  -A, --show-attrs             show the attributes of nodes
  -c, --show-failcounts        show how often resources failed
  -U, --show-utilization       show the use of capacities
  -P, --profile=DIR            time the decision for every .xml file in DIR
  -N, --repeat=N               with -P, so many times each

What to suppose:
  -u, --node-up=NODE           the node comes online
  -d, --node-down=NODE         the node goes offline
  -f, --node-fail=NODE         the node fails
  -i, --op-inject=OPSPEC       an operation had this result
  -F, --op-fail=OPSPEC         an operation of the transition fails like this
  -t, --set-datetime=DATE      it is this time (ISO 8601)
  -q, --quorum=BOOLEAN         there is quorum, or not
  -w, --watchdog=BOOLEAN       there is a watchdog, or not
  -g, --ticket-grant=TICKET    the ticket is granted
  -r, --ticket-revoke=TICKET   the ticket is revoked
  -b, --ticket-standby=TICKET  the ticket is on standby
  -e, --ticket-activate=TICKET the ticket is active again

What to write:
  -I, --save-input=FILE        the CIB, with what is supposed
  -O, --save-output=FILE       the CIB after the transition
  -G, --save-graph=FILE        the transition as XML
  -D, --save-dotfile=FILE      the transition for Graphviz
  -a, --all-actions            with -D, also actions that need not happen
  -Q, --quiet                  no status and no summary
  -V, --verbose                with -D, the numbers of actions

OPSPEC is RESOURCE_TASK_INTERVAL@NODE=RC with the interval in milliseconds,
for example memcached_monitor_20000@bart.example.com=7.
`
