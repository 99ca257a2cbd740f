package store

import (
	"reflect"
	"testing"
)

func TestPeersAreRememberedOverARestart(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []Peer{{Name: "erin", Generation: 1}, {"carol", nil, 1, 1, true}, {"bob", []byte("0123456789abcdef"), 5, 7, false}, {"bob", []byte("0123456789abcdef"), 6, 1, false}} {
		if err := s.Remember(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Forget("erin"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(dir); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got, err := s.Peers()
	want := []Peer{{"bob", []byte("0123456789abcdef"), 6, 1, false}, {"carol", nil, 1, 1, true}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
}
