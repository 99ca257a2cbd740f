package house

import "strings"

// arrows is the table of rooms: what each may import from our own module.
// ARCHITECTURE.md draws the same table; a room that is not here fails.
var arrows = table(`
grammar:
cib:
cib/crmtext: cib grammar
engine/score:
engine/rule: engine/score  # numbers and intervals are read the same way
engine/graph:
engine: cib engine/score engine/rule engine/graph
completions: cib grammar
shell: cib cib/crmtext completions engine engine/graph grammar
shell/repl: completions shell

node: cib engine engine/graph engine/score node/wire  # score: times are written as in the CIB
node/wire:
node/haconf: node/wire
node/ring: node/wire
node/haresources: node/haconf node/ring node/wire  # ring: the states of nodes, levels of notes
node/sim: cib engine engine/graph node node/wire
node/icmp:
node/transport/nullmodem:
node/transport: node/wire node/icmp
node/respawn: node/realtime
node/hbapi: node/wire
node/realtime:
node/agent: node/realtime node/icmp  # agents are started as ordinary programs
node/agent/agenttest: node/agent
node/stonith: node/agent engine/score  # times are written as in the CIB; fence agents are agents: run, listed and described by the same rules
node/store: cib node  # the Store effect is its contract
node/control: cib node  # requests and replies
node/daemon: cib engine engine/graph node node/ring node/wire node/haconf node/haresources node/transport node/agent node/stonith node/store node/control node/respawn node/realtime node/hbapi
node/lab: node/haconf node/control
tools: cib cib/crmtext engine engine/graph engine/score node node/control node/hbapi node/agent node/stonith node/haconf  # node: its requests; stonith: what stonith_admin asks fence devices; haconf: ha_propagate and heartbeat read the ring's files
cmd/crm: cib completions examples node node/agent node/control node/daemon node/haconf node/lab node/stonith shell shell/repl tools
examples:
internal/house:
tests:
tests/conformance:
tests/bench:
tests/differ: cib engine
tests/crmdiffer:
tests/interop/pair:
`)

// testArrows is what a room's tests may import besides.
var testArrows = table(`
node/agent: node/agent/agenttest
node/stonith: node/agent/agenttest
engine: tools cib/crmtext grammar  # scenarios are written in the crm language
cmd/crm: grammar  # the nearest known word, to see that refusals tell it
node: node/sim
node/transport: node/transport/nullmodem
node/daemon: node/transport/nullmodem
`)

// pure rooms decide; they have no clock, goroutine, file, socket, log, random
// source or environment.
var pure = []string{"grammar", "cib", "cib/crmtext", "engine", "engine/score", "engine/rule", "engine/graph",
	"completions", "shell", "node", "node/wire", "node/icmp", "node/haconf", "node/ring", "node/haresources"}

var impure = map[string]string{
	"os": "files and environment", "os/exec": "processes", "net": "sockets", "net/http": "sockets",
	"sync/atomic": "goroutines", "log": "output", "log/slog": "output",
	"math/rand": "chance", "math/rand/v2": "chance", "crypto/rand": "chance", "syscall": "the system",
	"golang.org/x/sys/unix": "the system", "github.com/c-bata/go-prompt": "a terminal",
}

var clocks = []string{"Now", "Since", "Until", "Sleep", "After", "Tick", "NewTimer", "NewTicker", "AfterFunc"}

var bannedNames = []string{"util", "utils", "common", "helper", "helpers", "types", "misc"}

// table reads lines of the form "room: import import  # why".
func table(text string) map[string][]string {
	rooms := map[string][]string{}
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		if room, list, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			rooms[room] = strings.Fields(list)
		}
	}
	return rooms
}
