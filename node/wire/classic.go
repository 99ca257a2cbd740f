package wire

import (
	"bytes"
	"encoding/base64"
	"strings"
)

const (
	classicBegin = ">>>\n"
	classicEnd   = "<<<\n"
	newlineMark  = 0x13 // stands for a newline inside a value
)

// cutClassic returns the lines of a classic packet (each with its newline) and
// the auth line's place among them; authTo is 0 when there is none.
func cutClassic(p []byte) (lines []byte, authFrom, authTo int, err error) {
	p = bytes.TrimRight(p, "\x00")
	if !bytes.HasPrefix(p, []byte(classicBegin)) {
		return nil, 0, 0, &FormatError{0, ">>>"}
	}
	if len(p) < len(classicBegin)+len(classicEnd) || !bytes.HasSuffix(p, []byte("\n"+classicEnd)) {
		return nil, 0, 0, &FormatError{len(p), "<<< at the end"}
	}
	lines = p[len(classicBegin) : len(p)-len(classicEnd)]
	for at, n := 0, 0; at < len(lines); n++ {
		end := at + bytes.IndexByte(lines[at:], '\n')
		line := lines[at:end]
		if eq := bytes.IndexByte(line, '='); eq < 1 {
			return nil, 0, 0, &FormatError{len(classicBegin) + at, "NAME=VALUE"}
		}
		if n >= mostFields {
			return nil, 0, 0, &FormatError{len(classicBegin) + at, "fewer fields"}
		}
		if bytes.HasPrefix(line, []byte(Auth+"=")) && authTo == 0 {
			authFrom, authTo = at, end+1
		}
		at = end + 1
	}
	return lines, authFrom, authTo, nil
}

// readClassic fills m from lines that cutClassic accepted.
func (m *Message) readClassic(lines []byte) error {
	text, at := string(lines), len(classicBegin)
	for len(text) > 0 {
		line, rest, _ := strings.Cut(text, "\n")
		name, value, _ := strings.Cut(line, "=")
		f := Field{Name: name, Value: value}
		if len(name) > 3 && name[0] == '(' && name[2] == ')' && name[1] > '0' && name[1] < '0'+byte(kinds) {
			f.Kind, f.Name = Kind(name[1]-'0'), name[3:]
		}
		switch f.Kind {
		case Text:
			if strings.IndexByte(value, newlineMark) >= 0 {
				f.Value = strings.ReplaceAll(value, string(rune(newlineMark)), "\n")
			}
		case Binary, Compressed:
			raw, err := base64.StdEncoding.DecodeString(value)
			if err != nil {
				return &FormatError{at + len(name) + 1, "base64"}
			}
			f.Value = string(raw)
		}
		m.Fields = append(m.Fields, f)
		at += len(line) + 1
		text = rest
	}
	return nil
}

// appendLines appends the classic lines of all fields but auth: what the auth
// field signs.
func (m *Message) appendLines(dst []byte) []byte {
	for i := range m.Fields {
		f := &m.Fields[i]
		if f.Name == Auth && f.Kind == Text {
			continue
		}
		if f.Kind != Text {
			dst = append(dst, '(', '0'+byte(f.Kind), ')')
		}
		dst = append(dst, f.Name...)
		dst = append(dst, '=')
		switch f.Kind {
		case Binary, Compressed:
			dst = appendBase64(dst, f.Value)
		default:
			at := len(dst)
			dst = append(dst, f.Value...)
			for j := at; j < len(dst); j++ {
				if dst[j] == '\n' {
					dst[j] = newlineMark
				}
			}
		}
		dst = append(dst, '\n')
	}
	return dst
}

// appendBase64 is base64.StdEncoding.AppendEncode for a string.
func appendBase64(dst []byte, s string) []byte {
	var chunk [48]byte // a multiple of 3, so that only the last is padded
	for len(s) > 0 {
		n := copy(chunk[:], s)
		dst = base64.StdEncoding.AppendEncode(dst, chunk[:n])
		s = s[n:]
	}
	return dst
}
