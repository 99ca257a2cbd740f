package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// processAgent keeps a program running.
func processAgent() *builtin {
	return &builtin{
		meta: Metadata{Name: "Process", Version: "1.0", Short: "A program that is kept running",
			Long: "Starts a program that stays in the foreground, stops it by SIGTERM (then SIGKILL) to its whole session, and\n" +
				"watches its process. With check_url the service itself is asked too, at start and at each monitor.",
			Parameters: []Parameter{
				{Name: "command", Type: "string", Required: true, Short: "Program and its arguments",
					Long: "The program to run, with its arguments; words as the shell splits them (quotes and backslash), nothing is expanded. " +
						"The program must stay in the foreground."},
				{Name: "workdir", Type: "string", Short: "Working directory", Long: "Working directory. A relative one is below the cluster's own."},
				{Name: "env", Type: "string", Short: "Environment", Long: "Words NAME=value that are added to the program's environment."},
				{Name: "user", Type: "string", Short: "User to run as", Long: "Name of the user that the program runs as. Only root can change it."},
				{Name: "pidfile", Type: "string", Unique: true, Short: "File for the process id", Long: "File for the process id. By default " +
					"one of the resource's name in the cluster's folder for agents."},
				{Name: "logfile", Type: "string", Short: "File for the program's output", Long: "File that both outputs of the program are " +
					"appended to. By default one of the resource's name in the cluster's folder for agents."},
				{Name: "check_url", Type: "string", Reloadable: true, Short: "What to ask the service", Long: "http://HOST:PORT/PATH, answered by a " +
					"status below 500, or tcp:HOST:PORT, to which a connection must succeed."},
				{Name: "stop_timeout", Type: "string", Default: "10", HasDefault: true, Reloadable: true, Short: "Seconds before SIGKILL",
					Long: "How many seconds after SIGTERM the program is killed."},
			},
			Actions: []Action{{Name: "start", Timeout: "20s"}, {Name: "stop", Timeout: "20s"}, {Name: "monitor", Timeout: "20s", Interval: "10s", Depth: "0"},
				{Name: "reload-agent", Timeout: "20s"}, {Name: "validate-all", Timeout: "20s"}, {Name: "meta-data", Timeout: "5s"}},
		},
		actions: map[string]func(context.Context, *call) Result{
			"start": processStart, "stop": processStop, "monitor": processMonitor, "reload-agent": processMonitor,
			"validate-all": func(_ context.Context, c *call) Result { _, res := processCommand(c); return res },
		},
	}
}

// processCommand builds the program's call; a refusal says what is wrong.
func processCommand(c *call) (*exec.Cmd, Result) {
	words, err := splitWords(c.param("command"))
	if err != nil {
		return nil, refuse(NotConfigured, "command: %v", err)
	}
	if len(words) == 0 {
		return nil, refuse(NotConfigured, "the parameter command is missing")
	}
	extra, err := splitWords(c.param("env"))
	if err != nil {
		return nil, refuse(NotConfigured, "env: %v", err)
	}
	cmd := &exec.Cmd{Args: words, Env: merged(c.env, extra), Dir: c.within(c.param("workdir"))}
	if cmd.Path, err = lookIn(cmd.Env, words[0]); err != nil {
		return nil, refuse(CodeNotInstalled, "%v", err)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if name := c.param("user"); name != "" {
		if cmd.SysProcAttr.Credential, err = credential(name); err != nil {
			return nil, refuse(CodeNotInstalled, "%v", err)
		}
	}
	return cmd, ok()
}

// within makes a path absolute under the agents' working directory.
func (c *call) within(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(c.dir, path)
}

func processStart(ctx context.Context, c *call) Result {
	cmd, res := processCommand(c)
	if res.RC != OK {
		return res
	}
	if _, runs := readPid(processPidFile(c)); runs {
		return processReady(ctx, c, nil)
	}
	logName := c.param("logfile")
	if logName == "" {
		logName = c.note(".log")
	}
	if err := os.MkdirAll(filepath.Dir(c.within(logName)), 0o755); err != nil {
		return refuse(GenericError, "no folder for the output: %v", err)
	}
	log, err := os.OpenFile(c.within(logName), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
	if err != nil {
		return refuse(GenericError, "the output cannot be kept: %v", err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	var started error
	if err := errors.Join(withAgentUmask(func() { started = cmd.Start() }), started); err != nil {
		return refuse(CodeNotInstalled, "%s could not be started: %v", cmd.Path, err)
	}
	gone := make(chan error, 1)
	go func() { gone <- cmd.Wait() }() // so that it does not stay behind as a zombie
	if err := writePid(c, cmd.Process.Pid); err != nil {
		_ = unix.Kill(-cmd.Process.Pid, unix.SIGKILL)
		return refuse(GenericError, "the process id cannot be kept: %v", err)
	}
	res = processReady(ctx, c, gone)
	if res.RC != OK && res.Status == Done {
		res.ExitReason += " (its output is in " + log.Name() + ")"
	}
	return res
}

// settle is how long a program without a check must live to count as started.
const settle = 30 * time.Millisecond

// processReady waits until the service answers, or the process has ended.
func processReady(ctx context.Context, c *call, gone <-chan error) Result {
	if c.param("check_url") == "" {
		select {
		case err := <-gone:
			return endedAtOnce(err)
		case <-ctx.Done():
		case <-time.After(settle):
		}
		return ok()
	}
	for pause := 2 * time.Millisecond; ; pause = min(2*pause, 200*time.Millisecond) {
		err := check(ctx, c.param("check_url"))
		if err == nil {
			return ok()
		}
		select {
		case err := <-gone:
			return endedAtOnce(err)
		case <-ctx.Done():
			return refuse(GenericError, "%v", err)
		case <-time.After(pause):
		}
		if _, runs := readPid(processPidFile(c)); !runs {
			return refuse(GenericError, "the program ended before it answered: %v", err)
		}
	}
}

func endedAtOnce(err error) Result {
	if err == nil {
		return refuse(GenericError, "the program ended at once with exit code 0; it must stay in the foreground")
	}
	return refuse(GenericError, "the program ended at once: %v", err)
}

func processMonitor(ctx context.Context, c *call) Result {
	if c.param("command") == "" {
		return refuse(NotConfigured, "the parameter command is missing")
	}
	if _, runs := readPid(processPidFile(c)); !runs {
		return Result{RC: NotRunning}
	}
	if url := c.param("check_url"); url != "" {
		if err := check(ctx, url); err != nil {
			return refuse(GenericError, "the process runs but does not answer: %v", err)
		}
	}
	return ok()
}

func processStop(ctx context.Context, c *call) Result {
	file := processPidFile(c)
	pid, runs := readPid(file)
	if !runs {
		_ = os.Remove(file)
		return ok()
	}
	grace, err := c.seconds("stop_timeout")
	if err != nil {
		grace = 10 * time.Second
	}
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil && !errors.Is(err, unix.ESRCH) {
		return refuse(GenericError, "process %d cannot be watched: %v", pid, err)
	}
	if err == nil {
		defer unix.Close(fd)
		_ = unix.Kill(-pid, unix.SIGTERM)
		if !gone(ctx, fd, grace) {
			_ = unix.Kill(-pid, unix.SIGKILL)
			if !gone(ctx, fd, time.Minute) {
				return refuse(GenericError, "process %d does not end, even by SIGKILL", pid)
			}
		}
		_ = unix.Kill(-pid, unix.SIGKILL) // what is left of its session
	}
	if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
		return refuse(GenericError, "%v", err)
	}
	return ok()
}

// gone waits for a process to end.
func gone(ctx context.Context, pidfd int, limit time.Duration) bool {
	const slice = 50 * time.Millisecond
	for end := time.Now().Add(limit); ctx.Err() == nil; {
		left := min(time.Until(end), slice)
		if left <= 0 {
			return false
		}
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}, int(left.Milliseconds())+1)
		if err == nil && n > 0 {
			return true
		}
	}
	return false
}

func processPidFile(c *call) string {
	if f := c.param("pidfile"); f != "" {
		return c.within(f)
	}
	return c.note(".pid")
}

// writePid keeps the process id, and its birth so that a later process of the
// same number is not taken for it.
func writePid(c *call, pid int) error {
	birth, _ := birthOf(pid)
	return c.keep(processPidFile(c), fmt.Sprintf("%d\n%s\n", pid, birth))
}

// readPid gives the process id in a file, and whether that process runs.
func readPid(file string) (int, bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	first, rest, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || pid <= 0 {
		return 0, false
	}
	birth, alive := birthOf(pid)
	was := strings.TrimSpace(rest)
	return pid, alive && (was == "" || was == birth)
}

// birthOf is the start time of a process in clock ticks since boot; false when
// it has ended (a zombie has).
func birthOf(pid int) (string, bool) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return "", false
	}
	line := string(text)
	fields := strings.Fields(line[strings.LastIndexByte(line, ')')+1:])
	const state, startTime = 0, 19 // proc(5): fields 3 and 22
	if len(fields) <= startTime || fields[state] == "Z" || fields[state] == "X" {
		return "", false
	}
	return fields[startTime], true
}

// check asks a service.
func check(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if address, isTCP := strings.CutPrefix(url, "tcp:"); isTCP {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err != nil {
			return err
		}
		return conn.Close()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("check_url: %w", err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= http.StatusInternalServerError {
		return fmt.Errorf("%s answers %s", url, answer.Status)
	}
	return nil
}
