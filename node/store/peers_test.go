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
	for _, p := range []Peer{{"carol", nil, 1, 1}, {"bob", []byte("0123456789abcdef"), 5, 7}, {"bob", []byte("0123456789abcdef"), 6, 1}} {
		if err := s.Remember(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(dir); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got, err := s.Peers()
	want := []Peer{{"bob", []byte("0123456789abcdef"), 6, 1}, {"carol", nil, 1, 1}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
}
