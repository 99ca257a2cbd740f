package wire

import "strings"

// Kind is the type of a field as written on the wire.
type Kind byte

// The kinds of fields. Clusters without Pacemaker use Text and Binary only.
const (
	Text       Kind = iota // a string
	Binary                 // raw bytes: uuids, a compressed payload
	Struct                 // a message inside, kept as received
	List                   // strings as netstrings, kept as received
	Compressed             // a field that is compressed, kept as received
	ToCompress             // a field that a sender should compress
	kinds
)

// The names of the fields that every daemon adds or reads.
const (
	Type     = "t"
	Src      = "src"
	SrcUUID  = "srcuuid"
	Dest     = "dest"
	DestUUID = "destuuid"
	Seq      = "seq"
	HG       = "hg" // generation of the sender
	TS       = "ts"
	Load     = "ld"
	TTL      = "ttl"
	Auth     = "auth"
	State    = "st"
	DeadTime = "dt"
	Protocol = "protocol"
	AckSeq   = "ackseq"
	FirstSeq = "firstseq"
	LastSeq  = "lastseq"
	Info     = "info"
	NodeList = "nodelist"
	DelNodes = "delnodelist"
	Stamp    = "crmstamp" // ours: what a member's machine has its beats carry
	Payload  = "_compressed_payload"
	Packing  = "_compression_algorithm"
)

// The types of messages by which nodes are added and deleted.
const (
	AddNode = "addnode"
	DelNode = "delnode"
)

// Field is one (type, name, value). A Binary value holds raw bytes.
type Field struct {
	Kind        Kind
	Name, Value string
}

// Message is an ordered list of fields.
type Message struct {
	Fields []Field
}

// New returns a message of a type, e.g. New("status").
func New(kind string) *Message {
	return &Message{Fields: []Field{{Name: Type, Value: kind}}}
}

// Add appends a text field and returns m.
func (m *Message) Add(name, value string) *Message {
	m.Fields = append(m.Fields, Field{Name: name, Value: value})
	return m
}

// AddBinary appends a field of raw bytes and returns m.
func (m *Message) AddBinary(name, value string) *Message {
	m.Fields = append(m.Fields, Field{Kind: Binary, Name: name, Value: value})
	return m
}

// Lookup returns the first field of a name.
func (m *Message) Lookup(name string) (value string, ok bool) {
	for i := range m.Fields {
		if m.Fields[i].Name == name {
			return m.Fields[i].Value, true
		}
	}
	return "", false
}

// Get is the value of the first field of a name, or "".
func (m *Message) Get(name string) string {
	value, _ := m.Lookup(name)
	return value
}

// Type is the message's type, field t.
func (m *Message) Type() string { return m.Get(Type) }

// Clone returns a message that shares nothing with m that can change.
func (m *Message) Clone() *Message {
	return &Message{Fields: append([]Field(nil), m.Fields...)}
}

// String shows the message on one line, for logs and tests.
func (m *Message) String() string {
	var b strings.Builder
	for i, f := range m.Fields {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(f.Name)
		b.WriteByte('=')
		if f.Kind == Text {
			b.WriteString(f.Value)
			continue
		}
		const digits = "0123456789abcdef"
		for j := range len(f.Value) {
			b.WriteByte(digits[f.Value[j]>>4])
			b.WriteByte(digits[f.Value[j]&15])
		}
	}
	return b.String()
}

// classicOnly tells whether the message has fields that keep heartbeat from
// adding an inner auth field (structures and compressed fields).
func (m *Message) classicOnly() bool {
	for i := range m.Fields {
		if k := m.Fields[i].Kind; k == Struct || k == Compressed || k == ToCompress {
			return true
		}
	}
	return false
}
