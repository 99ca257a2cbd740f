package agent_test

import (
	"os"
	"path/filepath"
	"testing"

	"crm/node/agent"
	"crm/node/agent/agenttest"
)

const ocfScript = `
case "$1" in
start) touch "$OCF_RESKEY_state";;
stop) rm -f "$OCF_RESKEY_state";;
monitor) [ -e "$OCF_RESKEY_state" ] || exit 7;;
meta-data) cat <<EOT
<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">
<resource-agent name="Say" version="1.0"><version>1.0</version>
<shortdesc lang="en">says</shortdesc>
<parameters><parameter name="state" required="1" unique="1"><shortdesc lang="en">file</shortdesc><content type="string"/></parameter></parameters>
<actions><action name="start" timeout="20s"/><action name="stop" timeout="20s"/><action name="monitor" timeout="20s" interval="10s"/>
<action name="meta-data" timeout="5s"/></actions></resource-agent>
EOT
;;
*) exit 3;;
esac`

const initScript = `### BEGIN INIT INFO
# Provides: say
# Short-Description: says
# Description:       it says
#  again and again
### END INIT INFO
f=$(dirname "$0")/.running
case "$1" in
start) touch "$f";;
stop) rm -f "$f";;
status) [ -e "$f" ] || exit 3;;
esac`

const heartbeatScript = `f=$1; shift
case "$2" in
start) touch "$f.$1";;
stop) rm -f "$f.$1";;
status) if [ -e "$f.$1" ]; then echo running; else echo stopped; fi;;
esac`

func TestEveryClassObeysTheContract(t *testing.T) {
	r, dir := house(t)
	script(t, filepath.Join(dir, "ocf/resource.d/test/Say"), ocfScript)
	script(t, filepath.Join(dir, "init.d/say"), initScript)
	script(t, filepath.Join(dir, "ha.d/Say"), heartbeatScript)
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]agenttest.Subject{
		"ocf script":       {Ref: agent.Ref{Class: "ocf", Provider: "test", Type: "Say"}, Params: map[string]string{"state": filepath.Join(dir, "s1")}},
		"lsb script":       {Ref: agent.Ref{Class: "lsb", Type: "say"}},
		"service":          {Ref: agent.Ref{Class: "service", Type: "say"}},
		"heartbeat script": {Ref: agent.Ref{Class: "heartbeat", Type: "Say"}, Params: map[string]string{"1": filepath.Join(dir, "s2"), "2": "x"}},
		"Dummy":            {Ref: builtinRef("Dummy")},
		"Stateful":         {Ref: builtinRef("Stateful")},
		"Process":          {Ref: builtinRef("Process"), Params: map[string]string{"command": "sleep 60"}},
		"Directory":        {Ref: builtinRef("Directory"), Params: map[string]string{"source": "data", "directory": "place", "how": "link"}},
		"VirtualIP":        {Ref: builtinRef("VirtualIP"), Params: map[string]string{"ip": "127.7.7.7"}},
	} {
		t.Run(name, func(t *testing.T) {
			s.Runner = r
			agenttest.Run(t, s)
		})
	}
}

func builtinRef(name string) agent.Ref { return agent.Ref{Class: "ocf", Provider: "crm", Type: name} }

func TestInitScriptCodes(t *testing.T) {
	for _, c := range []struct {
		action string
		exit   string
		want   agent.Code
	}{
		{"monitor", "0", agent.OK}, {"monitor", "1", agent.NotRunning}, {"monitor", "2", agent.NotRunning}, {"monitor", "3", agent.NotRunning},
		{"monitor", "4", agent.GenericError}, {"monitor", "7", agent.GenericError}, {"monitor", "150", agent.CodeNotInstalled},
		{"monitor", "151", agent.InsufficientPriv}, {"start", "5", agent.CodeNotInstalled}, {"start", "6", agent.NotConfigured},
		{"stop", "7", agent.NotRunning}, {"start", "8", agent.GenericError}, {"start", "150", agent.GenericError},
	} {
		r, dir := house(t)
		script(t, filepath.Join(dir, "init.d/say"), "exit "+c.exit)
		res := r.Run(t.Context(), agent.Op{Ref: agent.Ref{Class: "lsb", Type: "say"}, Resource: "x", Action: c.action})
		if res.RC != c.want {
			t.Errorf("%s ending with %s: got %s, expected %s", c.action, c.exit, res.RC, c.want)
		}
	}
}
