package wire

import (
	"bytes"
	"strconv"
)

const (
	netBegin = "###\n"
	netEnd   = "%%%\n"
	// mostFields bounds the work that one packet can cause.
	mostFields = 1024
)

// netstring cuts "LEN:DATA," at offset at of p. It returns where the data
// begins and ends; the next netstring begins one byte behind the end.
func netstring(p []byte, at int) (from, to int, err error) {
	n, i := 0, at
	for i < len(p) && i-at < 8 && p[i] >= '0' && p[i] <= '9' {
		n = n*10 + int(p[i]-'0')
		i++
	}
	if i == at || i-at == 8 || i >= len(p) || p[i] != ':' {
		return 0, 0, &FormatError{at, "a length and a colon"}
	}
	from = i + 1
	if n >= len(p)-from || p[from+n] != ',' {
		return 0, 0, &FormatError{at, "a netstring that ends with a comma inside the packet"}
	}
	return from, from + n, nil
}

// frame is a netstring packet cut into its parts, by offsets.
type frame struct {
	signed         int // the digest covers the bytes before this
	authFrom, auth int // the trailer
	fields         int
}

// cutFields walks the fields of a netstring packet, to the end mark, without
// believing or copying any of them.
func cutFields(p []byte) (f frame, err error) {
	at := len(netBegin)
	for !bytes.HasPrefix(p[at:], []byte(netEnd)) {
		from, to, err := netstring(p, at)
		if err != nil {
			return f, err
		}
		if to-from < 5 || p[from] != '(' || p[from+1] < '0' || p[from+1] >= '0'+byte(kinds) || p[from+2] != ')' ||
			bytes.IndexByte(p[from+3:to], '=') < 1 {
			return f, &FormatError{from, "(TYPE)NAME=VALUE"}
		}
		if f.fields++; f.fields > mostFields {
			return f, &FormatError{from, "at most " + strconv.Itoa(mostFields) + " fields"}
		}
		at = to + 1
	}
	f.signed = at + len(netEnd)
	return f, nil
}

// cutFrame walks a netstring packet and its trailer.
func cutFrame(p []byte) (f frame, err error) {
	if f, err = cutFields(p); err != nil {
		return f, err
	}
	if f.authFrom, f.auth, err = netstring(p, f.signed); err != nil {
		return f, err
	}
	for i := f.auth + 1; i < len(p); i++ {
		if p[i] != 0 {
			return f, &FormatError{i, "the end of the packet"}
		}
	}
	return f, nil
}

// readFrame fills m from a packet that cutFrame accepted. The text is copied
// once; the fields are parts of that copy.
func (m *Message) readFrame(p []byte, f frame) {
	text := string(p[:f.signed])
	at := len(netBegin)
	for range f.fields {
		from, to, _ := netstring(p, at)
		eq := from + 3 + bytes.IndexByte(p[from+3:to], '=')
		m.Fields = append(m.Fields, Field{Kind(p[from+1] - '0'), text[from+3 : eq], text[eq+1 : to]})
		at = to + 1
	}
}

// appendFrame appends the fields in netstring form, with begin and end marks.
func (m *Message) appendFrame(dst []byte, auth []byte) []byte {
	dst = append(dst, netBegin...)
	for i := range m.Fields {
		if f := &m.Fields[i]; f.Name != Auth || f.Kind != Text {
			dst = appendField(dst, f.Kind, f.Name, f.Value)
		}
	}
	if auth != nil {
		dst = appendField(dst, Text, Auth, auth)
	}
	return append(dst, netEnd...)
}

func appendField[V string | []byte](dst []byte, k Kind, name string, value V) []byte {
	dst = strconv.AppendInt(dst, int64(len("(0)=")+len(name)+len(value)), 10)
	dst = append(dst, ':', '(', '0'+byte(k), ')')
	dst = append(dst, name...)
	dst = append(dst, '=')
	dst = append(dst, value...)
	return append(dst, ',')
}
