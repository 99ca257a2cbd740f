package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"crm/node"
)

// Backend is the daemon behind the door. It is called with a context that
// knows who asks (UserOf).
type Backend interface {
	// Ask hands a request to the machine and waits for its answer.
	Ask(ctx context.Context, id string, req node.Request) (node.Reply, error)
	// History lists the committed configurations, newest first.
	History(ctx context.Context) ([]node.Revision, error)
	// Info describes the daemon.
	Info(ctx context.Context) (Info, error)
	// Move moves resources of haresources; an error says why it does not.
	Move(ctx context.Context, m Move) error
	// Watch gives what is noticed from now on until ctx ends. A watcher that
	// does not keep up misses events.
	Watch(ctx context.Context) (<-chan Event, error)
}

// Server is an open door.
type Server struct {
	socket  string
	backend Backend
	http    http.Server
	served  chan error
}

// Listen opens the door at a socket path. A socket that a dead daemon left
// is replaced; one that answers is an error.
func Listen(socket string, backend Backend) (*Server, error) {
	if err := clearStale(socket); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(socket), 0o755); err != nil {
		return nil, fmt.Errorf("open the local door: %w", err)
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return nil, fmt.Errorf("open the local door: %w", err)
	}
	// Everybody may knock; who is obeyed is decided by who it is, so that a
	// stranger is told why and not just "permission denied".
	if err := os.Chmod(socket, 0o666); err != nil {
		return nil, errors.Join(fmt.Errorf("open the local door: %w", err), listener.Close())
	}
	s := &Server{socket: socket, backend: backend, served: make(chan error, 1)}
	s.http = http.Server{Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second, ConnContext: withUser}
	go func() { s.served <- s.http.Serve(listener) }()
	return s, nil
}

// clearStale removes a socket nobody listens on.
func clearStale(socket string) error {
	if _, err := os.Lstat(socket); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	conn, err := net.DialTimeout("unix", socket, time.Second)
	if err == nil {
		conn.Close()
		return fmt.Errorf("open the local door: another crm daemon already listens on %s", socket)
	}
	if err := os.Remove(socket); err != nil {
		return fmt.Errorf("open the local door: remove what a dead daemon left: %w", err)
	}
	return nil
}

// Close shuts the door: requests that are being answered get two seconds.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.http.Close()
	}
	if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+askPath, s.ask)
	mux.HandleFunc("GET "+historyPath, func(w http.ResponseWriter, r *http.Request) {
		revisions, err := s.backend.History(r.Context())
		answer(w, revisions, err)
	})
	mux.HandleFunc("GET "+infoPath, func(w http.ResponseWriter, r *http.Request) {
		info, err := s.backend.Info(r.Context())
		answer(w, info, err)
	})
	mux.HandleFunc("GET "+eventsPath, s.events)
	mux.HandleFunc("POST "+movePath, s.move)
	return onlyTrusted(mux)
}

func (s *Server) ask(w http.ResponseWriter, r *http.Request) {
	var a ask
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostBytes)).Decode(&a); err != nil {
		refuse(w, http.StatusBadRequest, fmt.Errorf("read the request: %w", err))
		return
	}
	if a.ID == "" || a.Request.Verb == "" {
		refuse(w, http.StatusBadRequest, errors.New("a request needs an ID and a verb"))
		return
	}
	if u, ok := UserOf(r.Context()); ok {
		a.Request.Who = u.Name
	}
	reply, err := s.backend.Ask(r.Context(), a.ID, a.Request)
	answer(w, reply, err)
}

// move answers once the move has begun, or with why it does not.
func (s *Server) move(w http.ResponseWriter, r *http.Request) {
	var m Move
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096)).Decode(&m); err != nil {
		refuse(w, http.StatusBadRequest, fmt.Errorf("read the request: %w", err))
		return
	}
	if err := s.backend.Move(r.Context(), m); err != nil {
		refuse(w, http.StatusConflict, err)
		return
	}
	answer(w, struct{}{}, nil)
}

// events streams a JSON object a line until the watcher leaves.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	flush := http.NewResponseController(w)
	enc := json.NewEncoder(w)
	watch, err := s.backend.Watch(r.Context())
	if err != nil {
		refuse(w, http.StatusForbidden, err)
		return
	}
	if err := flush.Flush(); err != nil {
		return
	}
	for e := range watch {
		if enc.Encode(e) != nil || flush.Flush() != nil {
			return
		}
	}
}

func answer(w http.ResponseWriter, value any, err error) {
	if err != nil {
		refuse(w, http.StatusServiceUnavailable, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	// An error here means that the client has left: there is nobody to tell.
	_ = json.NewEncoder(w).Encode(value)
}

func refuse(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(problem{err.Error()})
}

// onlyTrusted lets in whom the daemon obeys.
func onlyTrusted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u, ok := UserOf(r.Context())
		if !ok {
			refuse(w, http.StatusForbidden, errors.New("the kernel does not say who is asking"))
			return
		}
		if !u.trusted() {
			refuse(w, http.StatusForbidden, fmt.Errorf("user %s may not ask this daemon: become root or a member of group %s", u.Name, Group))
			return
		}
		next.ServeHTTP(w, r)
	})
}
