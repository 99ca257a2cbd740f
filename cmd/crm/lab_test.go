package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestLabArguments(t *testing.T) {
	var errs bytes.Buffer
	run, err := labArguments([]string{"5", "--demo", "--deadtime", "3s", "--dir", "/x"}, &errs)
	if err != nil || run.opts.Size != 5 || !run.demo || run.opts.DeadTime != 3*time.Second || run.opts.Dir != "/x" {
		t.Errorf("got %+v, %v", run, err)
	}
	for _, args := range [][]string{{"0"}, {"-1"}, {"many"}, {"3", "4"}, {"3", "--what"}, {"1", "--demo"}} {
		if _, err := labArguments(args, &errs); err == nil {
			t.Errorf("%v is accepted", args)
		}
	}
}

func TestVisitorSeesWhoAnswersAndTheSilence(t *testing.T) {
	by := "alice"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Served-By", by) }))
	defer server.Close()
	v := newVisitor(server.URL, (&net.Dialer{}).DialContext)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { v.run(ctx); close(done) }()
	start := time.Now()
	if got, err := v.servedBy(ctx, start, anyNode); err != nil || got.by != "alice" {
		t.Errorf("got %+v, %v", got, err)
	}
	cancel()
	<-done
	v.visits = nil
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	v.visits = []visit{{at(0), at(5), "alice"}, {at(20), at(30), "alice"}, {at(300), at(330), "bob"}, {at(340), at(350), "bob"}}
	if got := v.silence(at(25)); got != 300*time.Millisecond {
		t.Errorf("silence %s", got)
	}
	if got, err := v.servedBy(t.Context(), at(10), func(by string) bool { return by == "bob" }); err != nil || got.answered != at(330) {
		t.Errorf("the first answer of bob: %+v, %v", got, err)
	}
	ended, stop := context.WithTimeout(t.Context(), time.Millisecond)
	defer stop()
	if _, err := v.servedBy(ended, at(10), func(by string) bool { return by == "zoe" }); err == nil {
		t.Error("somebody answered who was not there")
	}
}
