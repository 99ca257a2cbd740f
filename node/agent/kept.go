package agent

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// keptFor bounds how long a description is believed: an agent may also draw it
// from files that nobody can know of.
const keptFor = 24 * time.Hour

// keptName is the file that keeps what the script at path says of itself, ""
// when nothing is to be kept. The name changes with all that is known to shape
// the answer: the script, the library that it sources, its environment.
func (r *Runner) keptName(path, library string, env []string) string {
	if r.Kept == "" {
		return ""
	}
	sum := sha256.New()
	for _, file := range []string{path, filepath.Join(library, "ocf-shellfuncs"), filepath.Join(library, "ocf-directories")} {
		var st unix.Stat_t // a missing library is told apart by its zeros
		if err := unix.Stat(file, &st); err != nil && file == path {
			return ""
		}
		fmt.Fprintf(sum, "%q %d %d %d %d %d\n", file, st.Dev, st.Ino, st.Size, st.Mtim.Nano(), st.Ctim.Nano())
	}
	fmt.Fprintf(sum, "%q\n", env)
	return filepath.Join(r.Kept, hex.EncodeToString(sum.Sum(nil)[:16])+".xml")
}

// keptText reads a description that was kept, nil when there is none to be
// trusted: it must be fresh and the user's own.
func keptText(name string) []byte {
	f, err := os.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG || int(st.Uid) != os.Geteuid() {
		return nil
	}
	if age := time.Since(time.Unix(st.Mtim.Unix())); age < 0 || age > keptFor {
		return nil
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return nil
	}
	if _, err := ParseMetadata(text); err != nil {
		return nil
	}
	return text
}

// keep writes a description down. That it could not be kept harms nobody: the
// agent is asked again.
func keep(name string, text []byte) {
	dir := filepath.Dir(name)
	if os.MkdirAll(dir, 0o700) != nil {
		return
	}
	f, err := os.CreateTemp(dir, "new-*")
	if err != nil {
		return
	}
	_, err = f.Write(text)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
}
