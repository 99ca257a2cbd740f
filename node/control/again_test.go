package control

import (
	"net"
	"path/filepath"
	"testing"
)

// TestAQuestionIsPutAgainWhenTheDaemonEnds: the first daemon of two takes the
// call and dies; the second answers.
func TestAQuestionIsPutAgainWhenTheDaemonEnds(t *testing.T) {
	good := serve(t, &machine{})
	dying := filepath.Join(filepath.Dir(good.Socket()), "d")
	l, err := net.Listen("unix", dying)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		l.Close() // from now on refused
		conn.Close()
	}()
	info, err := Dial(dying + ":" + good.Socket()).Info(t.Context())
	if err != nil || info.Node != "alice" {
		t.Errorf("got %+v, %v", info, err)
	}
}
