package agent

import (
	"context"
	"os"
	"strconv"
	"strings"
)

// Promotion scores of a Stateful instance.
const (
	unpromotedScore = 5
	promotedScore   = 10
)

// statefulAgent remembers whether it runs and in which role.
func statefulAgent() *builtin {
	plain := func(f func(*call) Result) func(context.Context, *call) Result {
		return func(_ context.Context, c *call) Result { return f(c) }
	}
	return &builtin{
		meta: Metadata{Name: "Stateful", Version: "1.0", Short: "A resource that only remembers its role",
			Long: "Does nothing but keep track of its role, promoted or unpromoted. It serves to try out promotable clones:\n" +
				"an instance that runs asks to be promoted with a score of 5, the promoted one with 10.",
			Parameters: []Parameter{{Name: "state", Type: "string", Unique: true, Short: "State file",
				Long: "File that holds the role. By default a file of the resource's name in the cluster's folder for agents."}},
			Actions: []Action{{Name: "start", Timeout: "20s"}, {Name: "stop", Timeout: "20s"},
				{Name: "monitor", Timeout: "20s", Interval: "10s", Depth: "0", Role: "Promoted"},
				{Name: "monitor", Timeout: "20s", Interval: "11s", Depth: "0", Role: "Unpromoted"},
				{Name: "promote", Timeout: "10s"}, {Name: "demote", Timeout: "10s"}, {Name: "notify", Timeout: "5s"},
				{Name: "reload-agent", Timeout: "10s"}, {Name: "validate-all", Timeout: "20s"}, {Name: "meta-data", Timeout: "5s"}},
		},
		actions: map[string]func(context.Context, *call) Result{
			"start": plain(statefulStart), "stop": plain(statefulStop), "monitor": plain(statefulMonitor),
			"promote": plain(statefulPromote), "demote": plain(statefulDemote), "notify": plain(func(*call) Result { return ok() }),
			"reload-agent": plain(func(*call) Result { return ok() }), "validate-all": plain(func(*call) Result { return ok() }),
		},
	}
}

// PromotionAttribute is the node attribute that holds a resource's promotion score.
func PromotionAttribute(resource string) string { return "master-" + resource }

func scored(c *call, score int) Result {
	return Result{RC: OK, Attributes: []Attribute{{Name: PromotionAttribute(c.Resource), Value: strconv.Itoa(score)}}}
}

func statefulFile(c *call) string {
	if f := c.param("state"); f != "" {
		return f
	}
	return c.note(".state")
}

// statefulRole is "", "unpromoted" or "promoted".
func statefulRole(c *call) (string, error) {
	text, err := os.ReadFile(statefulFile(c))
	if os.IsNotExist(err) {
		return "", nil
	}
	return strings.TrimSpace(string(text)), err
}

// become writes the role and its score.
func become(c *call, role string, score int) Result {
	if err := c.keep(statefulFile(c), role+"\n"); err != nil {
		return refuse(GenericError, "the role cannot be kept: %v", err)
	}
	return scored(c, score)
}

func statefulStart(c *call) Result {
	switch role, err := statefulRole(c); {
	case err != nil:
		return refuse(GenericError, "the role cannot be read: %v", err)
	case role == "promoted":
		return refuse(FailedPromoted, "start of an instance that is promoted already")
	}
	return become(c, "unpromoted", unpromotedScore)
}

func statefulStop(c *call) Result {
	if err := os.Remove(statefulFile(c)); err != nil && !os.IsNotExist(err) {
		return refuse(GenericError, "the role cannot be removed: %v", err)
	}
	return Result{RC: OK, Attributes: []Attribute{{Name: PromotionAttribute(c.Resource), Delete: true}}}
}

func statefulMonitor(c *call) Result {
	role, err := statefulRole(c)
	switch {
	case err != nil:
		return refuse(GenericError, "the role cannot be read: %v", err)
	case role == "promoted":
		return Result{RC: Promoted}
	case role == "unpromoted":
		return ok()
	case role == "":
		return Result{RC: NotRunning}
	}
	return refuse(GenericError, "%s holds %q, expected promoted or unpromoted", statefulFile(c), role)
}

func statefulPromote(c *call) Result {
	if role, err := statefulRole(c); err != nil || role == "" {
		return refuse(NotRunning, "promote of an instance that does not run")
	}
	return become(c, "promoted", promotedScore)
}

func statefulDemote(c *call) Result {
	if role, err := statefulRole(c); err != nil || role == "" {
		return refuse(NotRunning, "demote of an instance that does not run")
	}
	return become(c, "unpromoted", unpromotedScore)
}
