package hbapi

import (
	"os"
	"os/signal"
	"testing"
)

func notify(t *testing.T, to chan os.Signal, s os.Signal) {
	signal.Notify(to, s)
	t.Cleanup(func() { signal.Stop(to) })
}
