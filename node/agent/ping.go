package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// pingAgent writes into a node attribute how many hosts answer.
func pingAgent() *builtin {
	return &builtin{
		meta: Metadata{Name: "Ping", Version: "1.0", Short: "How much of the network a node can reach",
			Long: "Sends ICMP echo requests to a list of hosts and keeps their number, times a multiplier, in a node attribute.\n" +
				"Location rules on that attribute move services to nodes that are better connected.",
			Parameters: []Parameter{
				{Name: "host_list", Type: "string", Required: true, Reloadable: true, Short: "Hosts to ask", Long: "Names or addresses, separated by blanks."},
				{Name: "name", Type: "string", Default: "pingd", HasDefault: true, Unique: true, Short: "Name of the attribute", Long: "Name of the node attribute."},
				{Name: "multiplier", Type: "integer", Default: "1", HasDefault: true, Reloadable: true, Short: "Worth of one host",
					Long: "The number of answering hosts is multiplied by this."},
				{Name: "attempts", Type: "integer", Default: "3", HasDefault: true, Reloadable: true, Short: "Requests per host", Long: "How often a host is asked before it counts as unreachable."},
				{Name: "timeout", Type: "string", Default: "1", HasDefault: true, Reloadable: true, Short: "Seconds to wait for an answer", Long: "Seconds to wait for each answer."},
				{Name: "dampen", Type: "string", Default: "5s", HasDefault: true, Reloadable: true, Short: "How long changes are gathered",
					Long: "How long the cluster waits for the other members' changes before it acts on this one."},
				{Name: "failure_score", Type: "integer", Reloadable: true, Short: "Value below which the resource fails", Long: "When the attribute falls below " +
					"this value the resource itself counts as failed. By default it never does."},
			},
			Actions: []Action{{Name: "start", Timeout: "60s"}, {Name: "stop", Timeout: "20s"}, {Name: "monitor", Timeout: "60s", Interval: "10s", Depth: "0"},
				{Name: "reload-agent", Timeout: "60s"}, {Name: "validate-all", Timeout: "20s"}, {Name: "meta-data", Timeout: "5s"}},
		},
		actions: map[string]func(context.Context, *call) Result{
			"start": pingStart, "stop": pingStop, "monitor": pingMonitor, "reload-agent": pingStart,
			"validate-all": func(_ context.Context, c *call) Result { _, res := pingOf(c); return res },
		},
	}
}

// pinger is the agent's configuration.
type pinger struct {
	hosts                []string
	multiplier, attempts int
	timeout, dampen      time.Duration
	least                int
	hasLeast             bool
}

func pingOf(c *call) (pinger, Result) {
	p := pinger{hosts: strings.Fields(c.param("host_list"))}
	if len(p.hosts) == 0 {
		return p, refuse(NotConfigured, "the parameter host_list is missing")
	}
	var err1, err2, err3 error
	p.multiplier, err1 = number(c, "multiplier")
	p.attempts, err2 = number(c, "attempts")
	if c.param("failure_score") != "" {
		p.hasLeast = true
		p.least, err3 = number(c, "failure_score")
	}
	var err4, err5 error
	p.timeout, err4 = c.seconds("timeout")
	p.dampen, err5 = c.seconds("dampen")
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return p, refuse(NotConfigured, "%v", err)
	}
	return p, ok()
}

func number(c *call, name string) (int, error) {
	n, err := strconv.Atoi(c.param(name))
	if err != nil {
		return 0, fmt.Errorf("%s=%q: expected a number", name, c.param(name))
	}
	return n, nil
}

func pingStart(ctx context.Context, c *call) Result {
	p, res := pingOf(c)
	if res.RC != OK {
		return res
	}
	if err := c.keep(c.note(".on"), ""); err != nil {
		return refuse(GenericError, "%v", err)
	}
	return p.measure(ctx, c)
}

func pingStop(_ context.Context, c *call) Result {
	if err := os.Remove(c.note(".on")); err != nil && !os.IsNotExist(err) {
		return refuse(GenericError, "%v", err)
	}
	return Result{RC: OK, Attributes: []Attribute{{Name: c.param("name"), Delete: true}}}
}

func pingMonitor(ctx context.Context, c *call) Result {
	p, res := pingOf(c)
	if res.RC != OK {
		return res
	}
	if _, err := os.Stat(c.note(".on")); err != nil {
		return Result{RC: NotRunning}
	}
	return p.measure(ctx, c)
}

// measure asks all hosts at once.
func (p pinger) measure(ctx context.Context, c *call) Result {
	var wg sync.WaitGroup
	errs := make([]error, len(p.hosts))
	for i, host := range p.hosts {
		wg.Go(func() { errs[i] = p.reach(ctx, host) })
	}
	wg.Wait()
	n := 0
	for _, err := range errs {
		switch {
		case err == nil:
			n++
		case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
			return refuse(InsufficientPriv, "echo requests may not be sent here: %v", err)
		}
	}
	value := n * p.multiplier
	res := Result{RC: OK, Attributes: []Attribute{{Name: c.param("name"), Value: strconv.Itoa(value), Dampen: p.dampen}}}
	if p.hasLeast && value < p.least {
		res.RC, res.ExitReason = GenericError, fmt.Sprintf("%d of %d hosts answer: %s is %d, expected at least %d", n, len(p.hosts), c.param("name"), value, p.least)
	}
	return res
}

// reach asks one host until it answers.
func (p pinger) reach(ctx context.Context, host string) error {
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return err
	}
	to := addrs[0].Unmap()
	var last error
	for try := range max(1, p.attempts) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if last = echo(to, uint16(try+1), p.timeout); last == nil || errors.Is(last, unix.EPERM) {
			return last
		}
	}
	return last
}
