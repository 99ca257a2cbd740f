package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// vector is one captured packet: what went over the wire between two
// heartbeat 3.0.6 daemons, and what an independent decoder made of it.
type vector struct {
	Name, Authkeys, Format, Hex, Note string
	Fields                            [][]any
	Valid                             bool
	InnerAuth                         *string `json:"inner_auth"`
	InnerValid                        *bool   `json:"inner_valid"`
}

// shared finds the folder of captured data, which is not part of the project.
func shared(t testing.TB) string {
	if dir := os.Getenv("CRM_SHARED"); dir != "" {
		return dir
	}
	dir := filepath.Join("..", "..", "..", "shared")
	if _, err := os.Stat(filepath.Join(dir, "conformance", "heartbeat")); err != nil {
		t.Skip("no captured packets here: CRM_SHARED is not set and ../shared does not exist")
	}
	return dir
}

func vectors(t testing.TB, path string) []vector {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var vs []vector
	if err := json.Unmarshal(text, &vs); err != nil {
		t.Fatal(err)
	}
	return vs
}

func keyring(t testing.TB, authkeys string) *Keyring {
	t.Helper()
	sign, keys := 0, []Key(nil)
	for line := range strings.Lines(authkeys) {
		w := strings.Fields(line)
		n, err := strconv.Atoi(w[1%len(w)])
		if w[0] == "auth" {
			sign = n
			continue
		}
		if n, err = strconv.Atoi(w[0]); err != nil {
			t.Fatal(err)
		}
		k := Key{Number: n, Method: Method(w[1])}
		if len(w) > 2 {
			k.Secret = w[2]
		}
		keys = append(keys, k)
	}
	r, err := NewKeyring(sign, keys...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func wanted(t *testing.T, v vector) []Field {
	t.Helper()
	var fields []Field
	for _, f := range v.Fields {
		field := Field{Kind(f[0].(float64)), f[1].(string), f[2].(string)}
		if field.Kind == Binary {
			raw, err := hex.DecodeString(field.Value)
			if v.Format == "classic" { // listed as on the line
				raw, err = base64.StdEncoding.DecodeString(field.Value)
			}
			if err != nil {
				t.Fatal(err)
			}
			field.Value = string(raw)
		}
		fields = append(fields, field)
	}
	return fields
}

func TestCapturedVectors(t *testing.T) {
	vs := vectors(t, filepath.Join(shared(t), "conformance", "heartbeat", "vectors.json"))
	for _, v := range vs {
		t.Run(v.Name, func(t *testing.T) { checkVector(t, v) })
	}
	t.Logf("%d captured packets", len(vs))
}

func TestOwnVectors(t *testing.T) {
	for _, v := range vectors(t, filepath.Join("testdata", "vectors.json")) {
		t.Run(v.Name, func(t *testing.T) { checkVector(t, v) })
	}
}

func checkVector(t *testing.T, v vector) {
	packet, err := hex.DecodeString(v.Hex)
	if err != nil {
		t.Fatal(err)
	}
	r := keyring(t, v.Authkeys)
	var m Message
	_, err = r.Open(&m, packet)
	if !v.Valid {
		if err == nil || len(m.Fields) != 0 {
			t.Fatalf("opened (%v), must be refused", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Fields) == 2 && v.Fields[0][1] == Payload {
		if len(m.Fields) < 5 || m.Type() == "" {
			t.Fatalf("not unpacked: %v", &m)
		}
		return
	}
	want := wanted(t, v)
	got := m.Fields
	if v.Format == "classic" { // the list of the capture leaves auth out
		got = without(got, Auth)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields differ (-want +got):\n%s", diff)
	}
	form := map[bool]Form{true: Classic, false: Plain}[v.Format == "classic"]
	if v.InnerAuth != nil {
		form = Netstring
	}
	again := r.Append(nil, &m, form)
	if !bytes.Equal(bytes.TrimRight(again, "\x00"), bytes.TrimRight(packet, "\x00")) {
		t.Errorf("written again:\n%q\nwant\n%q", again, packet)
	}
}

func without(fields []Field, name string) []Field {
	var rest []Field
	for _, f := range fields {
		if f.Name != name {
			rest = append(rest, f)
		}
	}
	return rest
}
