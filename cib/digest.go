package cib

import (
	"crypto/md5"
	"encoding/hex"
	"strings"

	"github.com/beevik/etree"
)

// Digest is Pacemaker's versioned digest of a CIB (cibadmin --md5-sum-versioned):
// equal digests mean equal documents, who wrote them and when aside. It is a
// check against accidents, not against forgery.
func (d *Document) Digest() string {
	return hexDigest(digestText(make([]byte, 0, d.size), d.Root(), true))
}

// FileDigest is Pacemaker's digest of a CIB as it lies on disk (cibadmin
// --md5-sum, the .sig files).
func (d *Document) FileDigest() string {
	return hexDigest(append(digestText([]byte{' '}, d.Root(), false), '\n'))
}

func hexDigest(text []byte) string {
	sum := md5.Sum(text)
	return hex.EncodeToString(sum[:])
}

// digestText appends the text that Pacemaker's digests are taken of: no white
// space between elements, and its own way to write awkward characters.
func digestText(to []byte, e *etree.Element, filter bool) []byte {
	w := writer{buf: to}
	to = append(to, '<')
	to = append(to, e.FullTag()...)
	for i := range e.Attr {
		a := &e.Attr[i]
		if filter && fleeting(a.Key) {
			continue
		}
		to = append(to, ' ')
		to = append(to, a.FullKey()...)
		to = append(to, '=', '"')
		to = append(to, digestValue(a.Value)...)
		to = append(to, '"')
	}
	if contentOf(e) == nothing {
		return append(to, '/', '>')
	}
	to = append(to, '>')
	for _, t := range e.Child {
		if c, ok := t.(*etree.Element); ok {
			to = digestText(to, c, filter)
			continue
		}
		w.buf = to
		w.inline(t)
		to = w.buf
	}
	to = append(to, '<', '/')
	to = append(to, e.FullTag()...)
	return append(to, '>')
}

// fleeting attributes say who wrote and when; they are not part of a digest.
func fleeting(name string) bool {
	switch name {
	case "crm-debug-origin", "cib-last-written", "update-origin", "update-client", "update-user":
		return true
	}
	return false
}

func digestValue(s string) string {
	if !strings.ContainsAny(s, "&<>\"'\n\t\r") {
		return s
	}
	return digestEscapes.Replace(s)
}

var digestEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;",
	"\n", `\n`, "\t", "    ", "\r", `\r`)
