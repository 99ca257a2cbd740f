package agent_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"crm/node/agent"
)

func TestWebServerServesFilesAndSaysWhere(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "index.html"), []byte("hello"), 0o644); err != nil {
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	free.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	var errs bytes.Buffer
	go func() {
		ended <- agent.WebServer(ctx, []string{"--listen", addr, "--root", dir}, []string{"OCF_RESKEY_CRM_meta_on_node=alice"}, &errs)
	}()
	for range 1000 {
		resp, err := http.Get("http://" + addr)
		if err != nil {
			continue // it is only starting
		}
		text, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if string(text) != "hello" || resp.Header.Get("Served-By") != "alice" {
			t.Errorf("got %q from %q", text, resp.Header.Get("Served-By"))
		}
		cancel()
		if code := <-ended; code != 0 {
			t.Errorf("ended with %d: %s", code, errs.String())
		}
		return
	}
	t.Fatalf("it never answered: %s", errs.String())
}

func TestWebServerRefusesNonsense(t *testing.T) {
	for _, args := range [][]string{{"--root", "/no/such/folder"}, {"--listen", "nonsense"}, {"--what"}} {
		var errs bytes.Buffer
		if code := agent.WebServer(t.Context(), args, nil, &errs); code == 0 || errs.Len() == 0 {
			t.Errorf("%v: %d %q", args, code, errs.String())
		}
	}
}
