package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// request is one question to a switch or a member's init; files may go along.
type request struct {
	Op     string
	Member string        `json:",omitempty"`
	Other  string        `json:",omitempty"` // the other end of a cable
	Args   []string      `json:",omitempty"` // exec
	Env    []string      `json:",omitempty"` // exec
	Addr   string        `json:",omitempty"` // dial
	Limit  time.Duration `json:",omitempty"`
}

// answer ends a request.
type answer struct {
	Err    string            `json:",omitempty"`
	Code   int               `json:",omitempty"` // exit code of exec
	States map[string]string `json:",omitempty"`
	PID    int               `json:",omitempty"`
}

// mostMessage bounds a message.
const mostMessage = 64 << 10

// sendWith writes one message and files.
func sendWith(conn *net.UnixConn, message any, files ...*os.File) error {
	text, err := json.Marshal(message)
	if err != nil {
		return err
	}
	if len(text) > mostMessage {
		return fmt.Errorf("a message of %d bytes: expected at most %d", len(text), mostMessage)
	}
	var rights []byte
	if len(files) > 0 {
		fds := make([]int, len(files))
		for i, f := range files {
			fds[i] = int(f.Fd())
		}
		rights = unix.UnixRights(fds...)
	}
	_, _, err = conn.WriteMsgUnix(append(text, '\n'), rights, nil)
	return err
}

// receive reads one message and the files that came along.
func receive(conn *net.UnixConn, into any) ([]*os.File, error) {
	buf, rights := make([]byte, mostMessage+1), make([]byte, unix.CmsgSpace(3*4))
	have := 0
	var files []*os.File
	for have == 0 || buf[have-1] != '\n' {
		n, m, _, _, err := conn.ReadMsgUnix(buf[have:], rights)
		if m > 0 {
			files = append(files, filesOf(rights[:m])...)
		}
		if err != nil {
			closeAll(files)
			return nil, err
		}
		if n == 0 {
			closeAll(files)
			return nil, errors.New("the other end hung up")
		}
		have += n
	}
	if err := json.Unmarshal(buf[:have], into); err != nil {
		closeAll(files)
		return nil, err
	}
	return files, nil
}

func filesOf(rights []byte) []*os.File {
	messages, err := unix.ParseSocketControlMessage(rights)
	if err != nil {
		return nil
	}
	var files []*os.File
	for i := range messages {
		fds, err := unix.ParseUnixRights(&messages[i])
		if err != nil {
			continue
		}
		for _, fd := range fds {
			unix.CloseOnExec(fd)
			files = append(files, os.NewFile(uintptr(fd), "passed"))
		}
	}
	return files
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}

// ask puts one request to a socket and waits for its answer.
func ask(ctx context.Context, socket string, req request, files ...*os.File) (answer, []*os.File, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return answer{}, nil, err
	}
	conn := c.(*net.UnixConn)
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := sendWith(conn, req, files...); err != nil {
		return answer{}, nil, err
	}
	var ans answer
	back, err := receive(conn, &ans)
	switch {
	case err != nil && ctx.Err() != nil:
		return ans, nil, ctx.Err()
	case err != nil:
		return ans, nil, err
	case ans.Err != "":
		closeAll(back)
		return ans, nil, errors.New(ans.Err)
	}
	return ans, back, nil
}

// serve answers requests on a socket until it is closed.
func serve(listener *net.UnixListener, handle func(ctx context.Context, req request, files []*os.File) (answer, *os.File, error)) {
	for {
		conn, err := listener.AcceptUnix()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			var req request
			files, err := receive(conn, &req)
			if err != nil {
				return
			}
			defer closeAll(files)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			go func() { // whoever asked and hangs up takes the request back
				var one [1]byte
				_, _ = conn.Read(one[:])
				cancel()
			}()
			ans, file, err := handle(ctx, req, files)
			if err != nil {
				ans.Err = err.Error()
			}
			if file != nil {
				defer file.Close()
				_ = sendWith(conn, ans, file)
				return
			}
			_ = sendWith(conn, ans)
		}()
	}
}

// listen opens a socket that only its owner can reach.
func listen(path string) (*net.UnixListener, error) {
	_ = os.Remove(path)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(true)
	return l, os.Chmod(path, 0o600)
}
