package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	askPort  = 7777
	askEvery = 10 * time.Millisecond
)

// echo answers every packet with a name, from the address that was asked.
func echo(name string) error {
	c, err := net.ListenUDP("udp4", &net.UDPAddr{Port: askPort})
	if err != nil {
		return err
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	if err := raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_PKTINFO, 1) }); err != nil {
		return err
	}
	data, oob := make([]byte, 256), make([]byte, 256)
	for {
		n, on, _, from, err := c.ReadMsgUDP(data, oob)
		if err != nil {
			return err
		}
		reply := append(append(data[:n:n], ' '), name...)
		_, _, _ = c.WriteMsgUDP(reply, source(oob[:on]), from) // the address may have gone meanwhile
	}
}

// source is the control message that sends from where a packet came to.
func source(oob []byte) []byte {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil || len(messages) == 0 || len(messages[0].Data) < unix.SizeofInet4Pktinfo {
		return nil
	}
	var info unix.Inet4Pktinfo
	copy(info.Spec_dst[:], messages[0].Data[4:8])
	return unix.PktInfo4(&info)
}

// ask asks an address every 10 ms and prints when who answered.
func ask(address string) error {
	to, err := net.ResolveUDPAddr("udp4", net.JoinHostPort(address, strconv.Itoa(askPort)))
	if err != nil {
		return err
	}
	c, err := net.ListenUDP("udp4", nil)
	if err != nil {
		return err
	}
	go func() {
		for range time.Tick(askEvery) {
			_, _ = c.WriteToUDP([]byte("?"), to) // nobody there: no route to the host
		}
	}()
	data := make([]byte, 256)
	for {
		n, err := c.Read(data)
		if err != nil {
			continue
		}
		if _, err := fmt.Fprintln(os.Stdout, time.Now().UnixNano(), string(data[:n])); err != nil {
			return nil
		}
	}
}

// reply is one answer that the client got.
type reply struct {
	at   time.Time
	from string
}

// client is the running client.
type client struct {
	cmd *exec.Cmd

	mu      sync.Mutex
	replies []reply
}

func (l *lab) startClient() (*client, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &client{cmd: exec.Command("ip", "netns", "exec", "cl", "chrt", "-r", "1", self, "ask", vip)}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			words := strings.Fields(lines.Text())
			if ns, err := strconv.ParseInt(words[0], 10, 64); err == nil && len(words) == 3 {
				c.mu.Lock()
				c.replies = append(c.replies, reply{time.Unix(0, ns), words[2]})
				c.mu.Unlock()
			}
		}
	}()
	return c, nil
}

// first is when a node first answered since a moment.
func (c *client) first(name string, since time.Time) (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.replies {
		if r.from == name && r.at.After(since) {
			return r.at, true
		}
	}
	return time.Time{}, false
}

// gap is the longest silence since a moment, up to now.
func (c *client) gap(since time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	last, longest := since, time.Duration(0)
	for _, r := range c.replies {
		if r.at.After(since) {
			longest = max(longest, r.at.Sub(last))
			last = r.at
		}
	}
	return max(longest, time.Since(last))
}

// only tells who answered in the last while; "" when nobody or several did.
func (c *client) only(last time.Duration) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	name := ""
	for _, r := range c.replies {
		if time.Since(r.at) < last {
			if name != "" && name != r.from {
				return ""
			}
			name = r.from
		}
	}
	return name
}

func (c *client) stop() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}
