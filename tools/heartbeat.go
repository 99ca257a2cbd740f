package tools

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"crm/node/control"
	"crm/node/haconf"
)

// What an init script says beside success and failure (LSB).
const (
	serviceUnknown     = 1 // no such word
	serviceWrongOption = 2
	serviceStopped     = 3
	notConfigured      = 6
)

// How long the service may take.
const (
	startPatience = 20 * time.Second
	stopPatience  = 30 * time.Minute // as heartbeat's unit: scripts may be slow
	servicePoll   = 20 * time.Millisecond
	serviceLog    = "/var/log/crm.log"
)

const serviceUsage = "Usage: heartbeat start|stop|restart|reload|status|standby|takeover [OPTION]..."

const serviceHelp = serviceUsage + `

start      start this member, and wait until it answers
stop       give everything up, leave, and wait until that is done
restart    stop and start
reload     (force-reload) check the files, then read authkeys again; when ha.cf or haresources has changed,
           start the daemon anew while the resources run on
status     whether it runs, and who holds what; exit code 0, or 3 when it is stopped
standby [all|foreign|local]     as hb_standby
takeover [all|foreign|local]    as hb_takeover

 --config DIR --state DIR --socket PATH --node NAME --clients PATH     as of crm daemon
 --log FILE      of what the daemon says (` + serviceLog + `)
`

// service is one call of heartbeat.
type service struct {
	std    Streams
	pass   []string // options for the daemon
	config string
	socket string
	log    string
	word   string // of -s, -k, -r or -V
	help   bool
}

// Heartbeat is what the init script of heartbeat does: start, stop, status, ...
// and heartbeat's own -s, -k, -r and -V.
func Heartbeat(args []string, std Streams) int {
	s := &service{std: std, config: haFolder, socket: control.Socket(), log: serviceLog}
	words, err := getopt([]flag{{'h', "help", false}, {0, "config", true}, {0, "state", true}, {0, "socket", true}, {0, "node", true},
		{0, "clients", true}, {0, "log", true}, {'s', "status", false}, {'k', "stop", false}, {'r', "reload", false}, {'V', "version", false}}, args, s.option)
	switch {
	case err != nil:
		return ended(std, "heartbeat", fail(serviceWrongOption, "%w\n%s", err, serviceUsage))
	case s.help:
		fmt.Fprint(std.Out, serviceHelp)
		return exitOK
	case s.word == "version":
		fmt.Fprintln(std.Out, "heartbeat of crm (the ring's protocol of heartbeat 3.0.6)")
		return exitOK
	case s.word == "stop" && s.info() == nil:
		fmt.Fprintln(std.Out, "INFO: Heartbeat already stopped.")
		return exitOK
	case s.word != "":
		words = append([]string{s.word}, words...)
	case len(words) == 0:
		fmt.Fprint(std.Err, serviceHelp)
		return serviceUnknown
	}
	switch words[0] {
	case "standby":
		return StandbyHeartbeat(words[1:], std)
	case "takeover":
		return TakeoverHeartbeat(words[1:], std)
	}
	if len(words) > 1 {
		return ended(std, "heartbeat", fail(serviceUnknown, "unexpected word %q", words[1]))
	}
	return s.do(words[0])
}

func (s *service) option(long, value string) error {
	switch long {
	case "help":
		s.help = true
	case "status", "stop", "reload", "version":
		s.word = long
	case "log":
		s.log = value
	default:
		s.pass = append(s.pass, "--"+long, value)
		switch long {
		case "config":
			s.config = value
		case "socket":
			s.socket = value
		}
	}
	return nil
}

func (s *service) do(word string) int {
	switch word {
	case "start":
		return s.said("Starting High-Availability services: ", s.start())
	case "stop":
		return s.said("Stopping High-Availability services: ", s.stop())
	case "restart":
		if code := s.said("Stopping High-Availability services: ", s.stop()); code != exitOK {
			return code
		}
		return s.said("Starting High-Availability services: ", s.start())
	case "reload", "force-reload":
		return s.said("Reloading High-Availability services: ", s.reload())
	case "status":
		return s.status()
	}
	return ended(s.std, "heartbeat", fail(serviceUnknown, "%s: expected start, stop, restart, reload, status, standby or takeover", word))
}

// said says how it went, as an init script.
func (s *service) said(what string, err error) int {
	fmt.Fprint(s.std.Out, what)
	if err != nil {
		fmt.Fprintln(s.std.Out, "Failed.")
		return ended(s.std, "heartbeat", err)
	}
	fmt.Fprintln(s.std.Out, "Done.")
	return exitOK
}

// info asks the daemon; nil when none runs.
func (s *service) info() *control.Info {
	ctx, cancel := context.WithTimeout(context.Background(), clPatience)
	defer cancel()
	info, err := control.Dial(s.socket).Info(ctx)
	if err != nil {
		return nil
	}
	return &info
}

// status says whether the service runs, in heartbeat's words, and who holds what.
func (s *service) status() int {
	info := s.info()
	if info == nil {
		fmt.Fprintln(s.std.Out, "heartbeat is stopped. No process")
		return serviceStopped
	}
	host, err := os.Hostname()
	if err != nil {
		host = info.Node
	}
	fmt.Fprintf(s.std.Out, "heartbeat OK [pid %d et al] is running on %s [%s]...\n", info.PID, host, info.Node)
	if info.Ring.Hold == "" {
		return exitOK
	}
	fmt.Fprintf(s.std.Out, "this node holds: %s\n", info.Ring.Hold)
	for _, g := range info.Ring.Groups {
		where := g.State
		if g.Holder != "" {
			where += " on " + g.Holder
		}
		if g.State == "elsewhere" {
			where = "on " + g.Holder
		}
		fmt.Fprintf(s.std.Out, "%s (of %s): %s\n", g.Key, g.Node, where)
	}
	return exitOK
}

// start starts the daemon and waits until it answers. What it says until then
// is shown when it does not come up.
func (s *service) start() error {
	if info := s.info(); info != nil {
		return nil // it is running already, which is a success
	}
	s.hook("pre-start")
	self, err := os.Executable()
	if err != nil {
		return err
	}
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o640)
	if err != nil {
		return err
	}
	defer log.Close()
	from, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	cmd := exec.Command(self, append([]string{"daemon"}, s.pass...)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = "/", log, log, &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	gone := make(chan error, 1)
	go func() { gone <- cmd.Wait() }()
	err = s.answers(gone, log, from)
	s.hook("post-start", map[bool]string{true: "0", false: "1"}[err == nil])
	return err
}

func (s *service) answers(gone <-chan error, log io.ReaderAt, from int64) error {
	end := time.After(startPatience)
	for s.info() == nil {
		select {
		case err := <-gone:
			said := make([]byte, 16<<10)
			n, _ := log.ReadAt(said, from)
			code := exitError
			var exit *exec.ExitError
			if errors.As(err, &exit) {
				code = exit.ExitCode()
			}
			return fail(code, "the daemon has ended (%v):\n%s", err, said[:n])
		case <-end:
			return fmt.Errorf("the daemon does not answer on %s within %v: see %s", s.socket, startPatience, s.log)
		case <-time.After(servicePoll):
		}
	}
	return nil
}

// stop lets the member leave and waits for that.
func (s *service) stop() error {
	info := s.info()
	if info == nil {
		return nil
	}
	s.hook("pre-stop")
	if err := s.signal(info.PID, syscall.SIGTERM); err != nil {
		return err
	}
	s.hook("post-stop")
	return nil
}

// signal signals the daemon and waits until it has ended.
func (s *service) signal(pid int, sig syscall.Signal) error {
	if err := syscall.Kill(pid, sig); err != nil {
		return fmt.Errorf("process %d: %w", pid, err)
	}
	for end := time.Now().Add(stopPatience); syscall.Kill(pid, 0) == nil && !zombie(pid); {
		if time.Now().After(end) {
			return fmt.Errorf("the daemon (process %d) has not ended within %v", pid, stopPatience)
		}
		<-time.After(servicePoll)
	}
	return nil
}

// zombie tells whether a process has ended but nobody has asked how.
func zombie(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	i := bytes.LastIndexByte(text, ')')
	return err == nil && i >= 0 && bytes.HasPrefix(text[i:], []byte(") Z"))
}

// reload has the keys read again. When more has changed than keys, the daemon
// is started anew; with haresources what it runs goes on meanwhile.
func (s *service) reload() error {
	info := s.info()
	if info == nil {
		return fail(serviceStopped, "it is not running")
	}
	changed, err := s.changed(info)
	if err != nil {
		return err
	}
	if !changed {
		return syscall.Kill(info.PID, syscall.SIGHUP)
	}
	if info.Ring.Hold == "" {
		return errors.New("ha.cf has changed: that needs a restart, which moves the resources of this member away")
	}
	if err := s.signal(info.PID, syscall.SIGUSR1); err != nil {
		return err
	}
	return s.start()
}

// changed checks the files and tells whether those that need a restart are
// younger than the daemon.
func (s *service) changed(info *control.Info) (bool, error) {
	path := filepath.Join(info.Config, "ha.cf")
	text, err := os.ReadFile(path)
	if err != nil {
		return false, fail(notConfigured, "%w", err)
	}
	cf, _, err := haconf.ParseConfig(path, text)
	if err != nil {
		return false, fail(notConfigured, "nothing was changed, because this is wrong:\n%w", err)
	}
	files := []string{path}
	if !cf.CRM {
		table := filepath.Join(info.Config, "haresources")
		if text, err = os.ReadFile(table); err == nil {
			_, _, err = haconf.ParseHaresources(table, text, cf.Nodes)
		}
		if err != nil {
			return false, fail(notConfigured, "nothing was changed, because this is wrong:\n%w", err)
		}
		files = append(files, table)
	}
	for _, file := range files {
		at, err := os.Stat(file)
		if err == nil && at.ModTime().After(info.Started) {
			return true, nil
		}
	}
	return false, nil
}

// hook runs the administrator's script for the moments around start and stop.
func (s *service) hook(args ...string) {
	path := filepath.Join(s.config, "resource.d", "startstop")
	if at, err := os.Stat(path); err != nil || at.Mode()&0o111 == 0 {
		return
	}
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = s.std.Out, s.std.Err
	if err := cmd.Run(); err != nil {
		fmt.Fprintf(s.std.Err, "heartbeat: %s %s: %v\n", path, args[0], err)
	}
}
