package node

import (
	"encoding/json"
	"fmt"
)

// Message is what machines tell each other. Exactly one of the parts is set.
type Message struct {
	// Lineage names the log the sender lives in; log traffic of another
	// lineage is not taken.
	Lineage string `json:",omitempty"`
	// Raft is an encoded message of the replicated log.
	Raft []byte `json:",omitempty"`
}

// Encode is the message as bytes for the transport.
func (m *Message) Encode() []byte {
	text, err := json.Marshal(m)
	if err != nil {
		panic(err) // plain structs do not fail
	}
	return text
}

// DecodeMessage reads what Encode wrote.
func DecodeMessage(text []byte) (*Message, error) {
	m := new(Message)
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("decode a peer's message: %w", err)
	}
	return m, nil
}
