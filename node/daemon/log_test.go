package daemon

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crm/node/haconf"
)

func TestLogsGoWhereHaCfSays(t *testing.T) {
	dir := t.TempDir()
	var stderr strings.Builder
	conf := &haconf.Config{LogFile: filepath.Join(dir, "ha-log"), DebugFile: filepath.Join(dir, "ha-debug")}
	log, l := openLogs(slog.New(slog.NewTextHandler(&stderr, nil)), conf)
	log.With("member", "alice").Info("a line")
	log.Debug("a detail")
	l.epitaph(os.ErrClosed)
	if err := l.close(); err != nil {
		t.Fatal(err)
	}
	read := func(path string) string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, c := range []struct {
		where, text           string
		line, detail, epitaph bool
	}{
		{"stderr", stderr.String(), true, false, false},
		{"logfile", read(conf.LogFile), true, false, true},
		{"debugfile", read(conf.DebugFile), true, true, true},
	} {
		if strings.Contains(c.text, "a line") != c.line || strings.Contains(c.text, "a detail") != c.detail ||
			strings.Contains(c.text, "closed") != c.epitaph {
			t.Errorf("%s has:\n%s", c.where, c.text)
		}
	}
}

func TestALogThatCannotBeOpenedIsSaidAndNotFatal(t *testing.T) {
	var stderr strings.Builder
	conf := &haconf.Config{LogFile: filepath.Join(t.TempDir(), "no", "such", "folder")}
	_, l := openLogs(slog.New(slog.NewTextHandler(&stderr, nil)), conf)
	if err := l.close(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(stderr.String(), "logfile of ha.cf is not written") {
		t.Errorf("said: %s", stderr.String())
	}
}
