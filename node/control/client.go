package control

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"crm/node"
)

// askAgain is how soon a request whose answer was lost is repeated.
const askAgain = 200 * time.Millisecond

// Client asks one daemon.
type Client struct {
	socket string
	http   http.Client
}

// NoDaemon says that nobody answers at a socket.
type NoDaemon struct {
	Socket string
	Err    error
}

// Error says what was tried and what to do.
func (e *NoDaemon) Error() string {
	return fmt.Sprintf("no crm daemon answers on %s (%v): start it with \"crm daemon\", or work on a file with \"crm -c FILE\"",
		e.Socket, rootCause(e.Err))
}

// Unwrap is the cause.
func (e *NoDaemon) Unwrap() error { return e.Err }

// rootCause is the innermost error: "connection refused" without the path
// told three times.
func rootCause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// Dial makes a client for the daemon at a socket; of several, separated by
// colons, the first that answers is asked. Nothing is sent yet.
func Dial(socket string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		var first error
		for one := range strings.SplitSeq(socket, ":") {
			conn, err := d.DialContext(ctx, "unix", one)
			if err == nil {
				return conn, nil
			}
			if first == nil {
				first = err
			}
		}
		return nil, &NoDaemon{Socket: socket, Err: first}
	}
	return &Client{socket: socket, http: http.Client{Transport: &http.Transport{DialContext: dial}}}
}

// Socket is where the daemon is asked.
func (c *Client) Socket() string { return c.socket }

// Ask carries a request out once, however often its answer is lost, until ctx
// ends. A daemon that was never reached is a *NoDaemon at once.
func (c *Client) Ask(ctx context.Context, req node.Request) (node.Reply, error) {
	id := rand.Text()
	sent := false
	for {
		var reply node.Reply
		err := c.call(ctx, http.MethodPost, askPath, ask{ID: id, Request: req}, &reply)
		var told *refused
		var gone *NoDaemon
		switch {
		case err == nil && reply.Refused != node.RefusedUnknown:
			return reply, nil
		case errors.As(err, &told):
			return reply, err
		case errors.As(err, &gone) && !sent:
			return reply, err
		}
		sent = true
		select {
		case <-time.After(askAgain):
		case <-ctx.Done():
			return reply, fmt.Errorf("the request to %s was sent, but no answer came: it may have been carried out (%w)",
				c.socket, errors.Join(ctx.Err(), err))
		}
	}
}

// History lists the committed configurations, newest first.
func (c *Client) History(ctx context.Context) (all []node.Revision, err error) {
	err = c.get(ctx, historyPath, &all)
	return all, err
}

// Move gives resources of haresources away or asks for them. It returns when
// that has begun; an error says why it does not.
func (c *Client) Move(ctx context.Context, m Move) error {
	return c.call(ctx, http.MethodPost, movePath, m, &struct{}{})
}

// Info asks the daemon about itself.
func (c *Client) Info(ctx context.Context) (info Info, err error) {
	err = c.get(ctx, infoPath, &info)
	return info, err
}

// getTries is how often a question that changes nothing is put, when daemons
// end while they are asked.
const getTries = 4

// get asks what may be asked twice.
func (c *Client) get(ctx context.Context, path string, into any) error {
	for try := 1; ; try++ {
		err := c.call(ctx, http.MethodGet, path, nil, into)
		var told *refused
		var gone *NoDaemon
		if err == nil || try == getTries || errors.As(err, &told) || errors.As(err, &gone) || ctx.Err() != nil {
			return err
		}
		select {
		case <-time.After(askAgain):
		case <-ctx.Done():
			return err
		}
	}
}

// Watch calls see with each event until ctx ends, see returns false or the
// daemon goes away.
func (c *Client) Watch(ctx context.Context, see func(Event) bool) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://crm"+eventsPath, nil)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		var e Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return fmt.Errorf("watch %s: %w", c.socket, err)
		}
		if !see(e) {
			return nil
		}
	}
	return lines.Err()
}

// refused is an answer of the daemon that is a plain no.
type refused struct{ text string }

// Error is the daemon's text.
func (r *refused) Error() string { return r.text }

func (c *Client) call(ctx context.Context, method, path string, body, into any) error {
	var text io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		text = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://crm"+path, text)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	var gone *NoDaemon
	if errors.As(err, &gone) {
		return gone // without the words that HTTP puts around it
	}
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		return json.NewDecoder(resp.Body).Decode(into)
	}
	var p problem
	if err := json.NewDecoder(resp.Body).Decode(&p); err != nil {
		return fmt.Errorf("the daemon on %s answered %s", c.socket, resp.Status)
	}
	if resp.StatusCode == http.StatusServiceUnavailable {
		return errors.New(p.Error) // it may know better later
	}
	return &refused{p.Error}
}
