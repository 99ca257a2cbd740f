package haconf

import (
	"io/fs"
	"strconv"
	"strings"

	"crm/node/wire"
)

// ParseAuthkeys reads authkeys. The mode is the file's: a key that others may
// read is no key, and a file that others may write is theirs.
func ParseAuthkeys(file string, text []byte, mode fs.FileMode) (*wire.Keyring, []Problem, error) {
	r := &report{file: file}
	if mode.Perm()&0o066 != 0 {
		r.fail("mode %04o: others than the owner can read or write it, expected 0600 (chmod 600 %s)", mode.Perm(), file)
		return nil, nil, r.err()
	}
	a := authkeys{sign: -1}
	for line := range strings.SplitSeq(string(text), "\n") {
		r.line++
		line = strings.TrimRight(strings.TrimLeft(line, " \t\r\f\v"), " \t\r\f\v")
		switch {
		case line == "" || line[0] == '#':
		case line[0] == 'a':
			a.auth(r, line)
		default:
			a.key(r, line)
		}
	}
	r.line = 0
	if a.sign < 0 && len(r.errors) == 0 {
		r.fail(`no auth line: expected "auth N" above the key number N`)
	}
	if len(r.errors) > 0 {
		return nil, r.warnings, r.err()
	}
	ring, err := wire.NewKeyring(a.sign, a.keys...)
	if err != nil {
		r.fail("%v", err)
		return nil, r.warnings, r.err()
	}
	return ring, r.warnings, nil
}

type authkeys struct {
	sign int // -1 until the auth line
	keys []wire.Key
}

func (a *authkeys) auth(r *report, line string) {
	words := fields(line)
	if words[0] != "auth" || len(words) < 2 {
		r.fail("%q: expected auth and a key number", line)
		return
	}
	n, err := strconv.Atoi(words[1])
	if err != nil || n < 0 || n >= wire.KeyNumbers {
		r.fail("auth %s: expected a key number from 0 to %d", words[1], wire.KeyNumbers-1)
		return
	}
	if a.find(n) != nil {
		r.fail("auth %d stands below key %d: expected it above (heartbeat would not find the key)", n, n)
		return
	}
	a.sign = n
}

func (a *authkeys) key(r *report, line string) {
	words := fields(line)
	n, err := strconv.Atoi(words[0])
	if err != nil || len(words) < 2 {
		r.fail("expected a key number, a method and a key, as in: 1 sha1 SECRET") // the line may hold a key: it is not shown
		return
	}
	if n < 0 || n >= wire.KeyNumbers {
		r.fail("key number %d: expected 0 to %d", n, wire.KeyNumbers-1)
		return
	}
	k := wire.Key{Number: n, Method: wire.Method(words[1])}
	if len(words) > 2 {
		k.Secret = words[2]
	}
	if len(words) > 3 {
		r.warn("key %d: only the first word of the key counts", n)
	}
	if _, err := wire.NewKeyring(n, k); err != nil {
		r.fail("%v", err)
		return
	}
	if a.find(n) != nil {
		r.warn("key %d is there already: the first one counts", n)
		return
	}
	if k.Method.Ours() {
		r.warn("key %d: heartbeat 3.0.6 does not know %s; all members must be ours", n, k.Method)
	}
	a.keys = append(a.keys, k)
}

func (a *authkeys) find(n int) *wire.Key {
	for i := range a.keys {
		if a.keys[i].Number == n {
			return &a.keys[i]
		}
	}
	return nil
}
