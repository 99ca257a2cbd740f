package lab

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// plan is what the switch is told.
type plan struct {
	Dir        string
	Binary     string
	Namespaced bool
	Keep       bool // the folder, at the end
	Members    []Member
}

// The power states of a member, as States tells them.
const (
	PowerOff = "off"     // no process of it exists
	Down     = "down"    // it is switched on, its daemon does not run
	Running  = "running" // its daemon runs
)

// markVar marks all processes of a member that has no process namespace.
const markVar = "CRM_LAB_MEMBER"

// powerSwitch holds the cables and the power of all members.
type powerSwitch struct {
	plan   plan
	hub    *hub
	reaper *reaper

	mu    sync.Mutex
	nodes map[string]*powered
}

// powered is a member that is switched on.
type powered struct {
	pid   int
	ended <-chan unix.WaitStatus
	life  *os.File // its init ends when this is closed
}

// switchMain is the switch's process: it builds the network, switches all
// members on and serves until the lab is gone.
func switchMain(orders io.Reader, ready io.WriteCloser) error {
	in := bufio.NewReader(orders)
	line, err := in.ReadBytes('\n')
	if err != nil {
		return err
	}
	s := &powerSwitch{reaper: newReaper(), hub: newHub(), nodes: map[string]*powered{}}
	if err := json.Unmarshal(line, &s.plan); err != nil {
		return err
	}
	if s.plan.Namespaced {
		if err := s.build(); err != nil {
			return err
		}
	}
	for _, m := range s.plan.Members {
		if err := s.on(m.Name); err != nil {
			return err
		}
	}
	listener, err := listen(switchSocket(s.plan.Dir))
	if err != nil {
		return err
	}
	go serve(listener, s.handle)
	fmt.Fprintln(ready, "ok")
	ready.Close()
	_, _ = io.Copy(io.Discard, in) // until the lab is gone
	listener.Close()
	return errors.Join(s.end(), remove(s.plan.Dir, s.plan.Keep)) // the lab may be unable to: it may have been killed
}

// build makes the client's end of the network.
func (s *powerSwitch) build() error {
	if err := ownMounts(); err != nil {
		return err
	}
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	if err := netlink.LinkSetUp(lo); err != nil {
		return err
	}
	if err := s.hub.plug(clientPort, 254, clientNic, 0); err != nil {
		return err
	}
	return address(clientNic, labNet+"254"+labBits)
}

func (s *powerSwitch) handle(ctx context.Context, req request, files []*os.File) (answer, *os.File, error) {
	if req.Member != "" && s.member(req.Member) == nil {
		return answer{}, nil, fmt.Errorf("the lab has no member %q: there are %s", req.Member, s.names())
	}
	switch req.Op {
	case "states":
		return answer{States: s.states(ctx)}, nil, nil
	case "power-off":
		return answer{}, nil, s.off(req.Member)
	case "power-on":
		if err := s.on(req.Member); err != nil {
			return answer{}, nil, err
		}
		_, _, err := ask(ctx, s.member(req.Member).initSocket(), request{Op: "start"})
		return answer{}, nil, err
	case "cut", "join":
		return answer{}, nil, s.cable(req)
	case "heal":
		return answer{}, nil, s.hub.heal()
	case "exec":
		code, err := execHere(ctx, s.reaper, req, files, s.plan.Dir, os.Environ())
		return answer{Code: code}, nil, err
	case "dial":
		file, err := dial(ctx, req)
		return answer{}, file, err
	}
	return answer{}, nil, fmt.Errorf("a lab has no operation %q", req.Op)
}

func (s *powerSwitch) member(name string) *Member {
	for i := range s.plan.Members {
		if s.plan.Members[i].Name == name {
			return &s.plan.Members[i]
		}
	}
	return nil
}

func (s *powerSwitch) names() string {
	var names []string
	for _, m := range s.plan.Members {
		names = append(names, m.Name)
	}
	return strings.Join(names, ", ")
}

// cable cuts or joins: one cable between two members, or all of one.
func (s *powerSwitch) cable(req request) error {
	if !s.plan.Namespaced {
		return errors.New("this lab runs on loopback, where there are no cables to cut")
	}
	out := req.Op == "cut"
	if req.Other == "" {
		return s.hub.pull(req.Member, out)
	}
	if req.Other != clientPort && s.member(req.Other) == nil {
		return fmt.Errorf("the lab has no member %q: there are %s", req.Other, s.names())
	}
	if req.Member == req.Other {
		return fmt.Errorf("%s has no cable to itself", req.Member)
	}
	s.hub.cut(req.Member, req.Other, out)
	return nil
}

// dial connects from the client's place in the network; the socket is handed over.
func dial(ctx context.Context, req request) (*os.File, error) {
	d := net.Dialer{Timeout: req.Limit}
	conn, err := d.DialContext(ctx, "tcp", req.Addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return conn.(*net.TCPConn).File()
}

// states tells how each member is.
func (s *powerSwitch) states(ctx context.Context) map[string]string {
	all := map[string]string{}
	for _, m := range s.plan.Members {
		all[m.Name] = s.state(ctx, m)
	}
	return all
}

func (s *powerSwitch) state(ctx context.Context, m Member) string {
	s.mu.Lock()
	node := s.nodes[m.Name]
	s.mu.Unlock()
	if node == nil {
		return PowerOff
	}
	state := Down
	if ans, _, err := ask(ctx, m.initSocket(), request{Op: "state"}); err == nil && ans.PID != 0 {
		state = Running
	}
	pulled, from := s.hub.cutsOf(m.Name)
	if pulled {
		return state + ", cable pulled"
	}
	if len(from) > 0 {
		slices.Sort(from)
		return state + ", cut from " + strings.Join(from, " ")
	}
	return state
}

// on switches a member on; its daemon is started separately.
func (s *powerSwitch) on(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nodes[name] != nil {
		return fmt.Errorf("%s is switched on already", name)
	}
	m := s.member(name)
	node, ready, err := s.boot(*m)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if s.plan.Namespaced {
		number := slices.IndexFunc(s.plan.Members, func(o Member) bool { return o.Name == name }) + 1
		err = s.hub.plug(name, number, memberNic, node.pid)
	}
	if err == nil {
		err = json.NewEncoder(node.life).Encode(m)
	}
	if err == nil {
		err = waitReady(ready)
	}
	ready.Close()
	s.nodes[name] = node
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", name, err), s.kill(name))
	}
	return nil
}

// boot starts a member's first process.
func (s *powerSwitch) boot(m Member) (*powered, *os.File, error) {
	cmd := &exec.Cmd{Path: s.plan.Binary, Args: []string{s.plan.Binary, initWord}, Env: m.Env, Dir: "/", SysProcAttr: &syscall.SysProcAttr{Setsid: true}}
	if s.plan.Namespaced {
		cmd.SysProcAttr.Cloneflags = unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC
	}
	if m.OwnMounts {
		cmd.SysProcAttr.Cloneflags |= unix.CLONE_NEWNS
	}
	life, ready, err := wired(cmd)
	if err != nil {
		return nil, nil, err
	}
	defer closeAll(cmd.ExtraFiles)
	pid, ended, err := s.reaper.start(cmd)
	if err != nil {
		life.Close()
		ready.Close()
		return nil, nil, err
	}
	return &powered{pid: pid, ended: ended, life: life}, ready, nil
}

// off cuts a member's power and returns when nothing of it is left.
func (s *powerSwitch) off(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nodes[name] == nil {
		return nil
	}
	return s.kill(name)
}

func (s *powerSwitch) kill(name string) error {
	node := s.nodes[name]
	delete(s.nodes, name)
	_ = unix.Kill(node.pid, unix.SIGKILL)
	<-node.ended // with a process namespace nothing of it is left now
	node.life.Close()
	s.hub.unplug(name)
	if s.plan.Namespaced {
		return nil
	}
	return killMarked(s.member(name).Dir)
}

func (s *powerSwitch) end() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, m := range s.plan.Members {
		if s.nodes[m.Name] != nil {
			errs = append(errs, s.kill(m.Name))
		}
	}
	return errors.Join(errs...)
}

// killMarked kills every process that was started under a member, however far
// down, until there is none. A process that is just being started shows no
// environment for a moment, so one look is not enough.
func killMarked(dir string) error {
	mark := []byte("\x00" + markVar + "=" + dir + "\x00")
	clean := 0
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		found := 0
		paths, _ := filepath.Glob("/proc/[0-9]*/environ")
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil || !bytes.Contains(append([]byte{0}, text...), mark) {
				continue
			}
			pid, err := strconv.Atoi(strings.Split(path, "/")[2])
			if err != nil || pid == os.Getpid() {
				continue
			}
			found++
			_ = unix.Kill(pid, unix.SIGKILL)
		}
		if clean++; found > 0 {
			clean = 0
		}
		if clean == 3 {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("%d processes of %s do not end, even by SIGKILL", found, filepath.Base(dir))
		}
	}
}
