package agent

import (
	"context"
	"os"
)

// dummyAgent does nothing but remember whether it runs.
func dummyAgent() *builtin {
	return &builtin{
		meta: Metadata{Name: "Dummy", Version: "1.0", Short: "A resource that only remembers whether it runs",
			Long: "Does nothing but keep track of whether it is running. It serves to try out a configuration, and can be told to\n" +
				"take its time or to fail.",
			Parameters: []Parameter{
				{Name: "state", Type: "string", Unique: true, Short: "State file", Long: "File whose existence means that the resource runs. " +
					"By default a file of the resource's name in the cluster's folder for agents."},
				{Name: "fake", Type: "string", Default: "dummy", HasDefault: true, Reloadable: true, Short: "A parameter without effect",
					Long: "A parameter without effect, to be changed to see a reload."},
				{Name: "op_sleep", Type: "string", Default: "0", HasDefault: true, Reloadable: true, Short: "Seconds that each action takes",
					Long: "Number of seconds that each action waits before it does its work. More than the action's timeout makes it fail."},
				{Name: "fail_start_on", Type: "string", Reloadable: true, Short: "Node on which a start fails",
					Long: "On the node of this name start reports a failure although the resource runs afterwards."},
				{Name: "passwd", Type: "string", Private: true, Reloadable: true, Short: "A parameter that is a secret", Long: "A secret without effect."},
			},
			Actions: []Action{{Name: "start", Timeout: "20s"}, {Name: "stop", Timeout: "20s"}, {Name: "monitor", Timeout: "20s", Interval: "10s", Depth: "0"},
				{Name: "reload", Timeout: "20s"}, {Name: "reload-agent", Timeout: "20s"}, {Name: "migrate_to", Timeout: "20s"},
				{Name: "migrate_from", Timeout: "20s"}, {Name: "validate-all", Timeout: "20s"}, {Name: "meta-data", Timeout: "5s"}},
		},
		actions: map[string]func(context.Context, *call) Result{
			"start": slept(dummyStart), "migrate_from": slept(dummyStart), "stop": slept(dummyStop), "migrate_to": slept(dummyStop),
			"monitor": slept(dummyMonitor), "reload": slept(dummyReload), "reload-agent": slept(dummyReload),
			"validate-all": func(_ context.Context, c *call) Result { return dummyValid(c) },
		},
	}
}

// slept makes an action take op_sleep first.
func slept(action func(*call) Result) func(context.Context, *call) Result {
	return func(ctx context.Context, c *call) Result {
		d, err := c.seconds("op_sleep")
		if err != nil {
			return refuse(InvalidParam, "%v", err)
		}
		wait(ctx, d)
		if ctx.Err() != nil {
			return Result{Status: Cancelled, RC: GenericError}
		}
		return action(c)
	}
}

func dummyFile(c *call) string {
	if f := c.param("state"); f != "" {
		return f
	}
	return c.note(".state")
}

func dummyStart(c *call) Result {
	if err := c.keep(dummyFile(c), c.param("fake")+"\n"); err != nil {
		return refuse(GenericError, "the state cannot be kept: %v", err)
	}
	if node := c.param("fail_start_on"); node != "" && node == c.Params["CRM_meta_on_node"] {
		return refuse(GenericError, "asked to fail on node %s", node)
	}
	return ok()
}

func dummyStop(c *call) Result {
	if err := os.Remove(dummyFile(c)); err != nil && !os.IsNotExist(err) {
		return refuse(GenericError, "the state cannot be removed: %v", err)
	}
	return ok()
}

func dummyMonitor(c *call) Result {
	switch _, err := os.Stat(dummyFile(c)); {
	case err == nil:
		return ok()
	case os.IsNotExist(err):
		return Result{RC: NotRunning}
	default:
		return refuse(GenericError, "the state cannot be read: %v", err)
	}
}

func dummyReload(c *call) Result {
	if res := dummyMonitor(c); res.RC != OK {
		return refuse(GenericError, "not running, nothing to reload")
	}
	return dummyStart(c)
}

func dummyValid(c *call) Result {
	if _, err := c.seconds("op_sleep"); err != nil {
		return refuse(InvalidParam, "%v", err)
	}
	return ok()
}
