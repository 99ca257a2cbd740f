package agent

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// Command is `crm agent NAME ACTION`: a built-in agent run as a script, told
// by the environment what a script would be told. It returns the exit code.
func Command(ctx context.Context, args, env []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		for _, name := range builtinNames() {
			b, _ := findBuiltin(name)
			fmt.Fprintf(stdout, "ocf:%s:%-12s %s\n", Builtin, name, b.meta.Short)
		}
		return int(OK)
	}
	b, found := findBuiltin(args[0])
	if !found {
		fmt.Fprintf(stderr, "crm agent: no built-in agent %s; there are %s\n", args[0], strings.Join(builtinNames(), ", "))
		return int(CodeNotInstalled)
	}
	if len(args) != 2 {
		fmt.Fprintf(stderr, "usage: crm agent %s {%s}\n", args[0], strings.Join(actionNames(b), "|"))
		return int(InvalidParam)
	}
	if args[1] == "meta-data" {
		_, _ = stdout.Write(b.xml())
		return int(OK)
	}
	r, op := fromEnvironment(args[0], args[1], env)
	res := r.Run(ctx, op)
	if res.ExitReason != "" {
		fmt.Fprintln(stderr, reasonPrefix+res.ExitReason)
	}
	for _, a := range res.Attributes {
		if err := setAttribute(ctx, a); err != nil {
			fmt.Fprintf(stderr, "crm agent %s: attribute %s is not set: %v\n", args[0], a.Name, err)
		}
	}
	return int(res.RC)
}

func actionNames(b *builtin) []string {
	var names []string
	for _, a := range b.meta.Actions {
		names = append(names, a.Name)
	}
	return names
}

// fromEnvironment reads the OCF variables.
func fromEnvironment(name, action string, env []string) (*Runner, Op) {
	r := &Runner{Env: env}
	op := Op{Ref: Ref{OCF, Builtin, name}, Resource: name, Action: action, Params: map[string]string{}}
	for _, kv := range env {
		key, value, _ := strings.Cut(kv, "=")
		switch {
		case key == "OCF_RESOURCE_INSTANCE":
			op.Resource = value
		case key == "HA_RSCTMP":
			r.State = value
		case strings.HasPrefix(key, "OCF_RESKEY_"):
			op.Params[strings.TrimPrefix(key, "OCF_RESKEY_")] = value
		}
	}
	return r, op
}

// setAttribute calls attrd_updater, as a script would.
func setAttribute(ctx context.Context, a Attribute) error {
	args := []string{"-n", a.Name, "-U", a.Value}
	if a.Delete {
		args = []string{"-n", a.Name, "-D"}
	}
	if a.Dampen > 0 {
		args = append(args, "-d", a.Dampen.String())
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "attrd_updater", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("attrd_updater: %w %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}
