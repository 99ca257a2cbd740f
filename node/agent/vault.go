package agent

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// HiddenValue stands in the configuration for a value that is kept in the
// Vault of each member (man page cibsecret).
const HiddenValue = "lrm://"

// SecretsDir is where Pacemaker's cibsecret keeps such values.
const SecretsDir = "/var/lib/pacemaker/lrm/secrets"

// Vault is the folder of values that do not stand in the configuration: a
// file RESOURCE/PARAMETER, and beside it PARAMETER.sign with its MD5 sum.
type Vault struct{ Dir string }

func (v Vault) path(resource, name string) (string, error) {
	for _, word := range []string{resource, name} {
		if word == "" || word == "." || word == ".." || strings.ContainsAny(word, "/\x00") || strings.HasSuffix(word, ".sign") {
			return "", fmt.Errorf("%q cannot be the name of a file with a secret", word)
		}
	}
	return filepath.Join(v.Dir, resource, name), nil
}

// Signature is the MD5 sum of a value, as cibsecret writes it.
func Signature(value string) string {
	sum := md5.Sum([]byte(value))
	return hex.EncodeToString(sum[:])
}

// Read gives a value whose signature is right; the error is fs.ErrNotExist
// when there is none.
func (v Vault) Read(resource, name string) (string, error) {
	file, err := v.path(resource, name)
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	value := strings.TrimRight(string(text), "\n")
	sign, err := os.ReadFile(file + ".sign")
	if err != nil {
		return "", fmt.Errorf("the signature of a secret: %w", errors.Unwrap(err))
	}
	if strings.TrimSpace(string(sign)) != Signature(value) {
		return "", fmt.Errorf("%s does not have the MD5 sum that stands in %s.sign", file, file)
	}
	return value, nil
}

// Write keeps a value and its signature, for root's eyes only.
func (v Vault) Write(resource, name, value string) error {
	file, err := v.path(resource, name)
	if err != nil {
		return err
	}
	if strings.ContainsAny(value, "\n\x00") {
		return fmt.Errorf("the value of %s has more than one line", name)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	for _, f := range [][2]string{{file + ".sign", Signature(value)}, {file, value}} {
		if err := os.WriteFile(f[0]+".new.sign", []byte(f[1]+"\n"), 0o600); err != nil {
			return err
		}
		if err := os.Rename(f[0]+".new.sign", f[0]); err != nil {
			return err
		}
	}
	return nil
}

// Delete takes a value away; none is no error.
func (v Vault) Delete(resource, name string) error {
	file, err := v.path(resource, name)
	if err != nil {
		return err
	}
	for _, f := range []string{file, file + ".sign"} {
		if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// List names all values, as resource and parameter.
func (v Vault) List() ([][2]string, error) {
	files, err := filepath.Glob(filepath.Join(v.Dir, "*", "*"))
	var list [][2]string
	for _, f := range files {
		if !strings.HasSuffix(f, ".sign") {
			list = append(list, [2]string{filepath.Base(filepath.Dir(f)), filepath.Base(f)})
		}
	}
	return list, err
}

// reveal puts kept values in the place of the words that stand for them. An
// instance of a clone has those of its resource.
func (v Vault) reveal(resource string, params map[string]string) (map[string]string, error) {
	base, _, _ := strings.Cut(resource, ":")
	var names []string
	for name, value := range params { // order: sorted below
		if value == HiddenValue {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return params, nil
	}
	slices.Sort(names)
	out := maps.Clone(params)
	for _, name := range names {
		text, err := v.Read(base, name)
		if err != nil {
			return params, fmt.Errorf("the secret %s of %s: %w", name, base, err)
		}
		out[name] = text
	}
	return out, nil
}

// Reveal is what an operation is called with: values of the vault in the
// place of HiddenValue.
func (r *Runner) Reveal(resource string, params map[string]string) (map[string]string, error) {
	dir := r.Secrets
	if dir == "" {
		dir = SecretsDir
	}
	return Vault{dir}.reveal(resource, params)
}
