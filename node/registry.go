package node

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"crm/cib"
)

// registry is what the replicated log adds up to: the configuration, and the
// outcomes of the newest proposals, so that a repeated one is applied once.
type registry struct {
	doc     *cib.Document // the <cib> without status; never changed, only replaced
	text    []byte        // doc, compact
	digest  string        // of text
	version cib.Version
	// recent are the outcomes of the newest proposals, oldest first.
	recent []outcome
}

// keepOutcomes is how many outcomes are remembered. A request is repeated for
// seconds, not for this many commits.
const keepOutcomes = 256

// outcome is what became of a proposal.
type outcome struct {
	ID      string
	Refused Refusal
	Version cib.Version
}

// proposal is an entry of the log: a whole new configuration.
type proposal struct {
	ID   string
	Base cib.Version
	// Digest is of the configuration at Base, "" when not known.
	Digest string `json:",omitempty"`
	When   time.Time
	Who    string
	From   string
	Note   string
	CIB    []byte `json:"-"`
}

// encode writes header and CIB apart, so that the CIB is not quoted.
func (p *proposal) encode() []byte { return joinParts(p, p.CIB) }

func decodeProposal(data []byte) (*proposal, error) {
	p := new(proposal)
	rest, err := splitParts(data, p)
	p.CIB = rest
	return p, err
}

func joinParts(header any, body []byte) []byte {
	head, err := json.Marshal(header)
	if err != nil {
		panic(err) // plain structs do not fail
	}
	return append(append(head, '\n'), body...)
}

func splitParts(data []byte, header any) ([]byte, error) {
	head, body, ok := bytes.Cut(data, []byte("\n"))
	if !ok {
		return nil, fmt.Errorf("read the log: an entry of %d bytes has no header line", len(data))
	}
	if err := json.Unmarshal(head, header); err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	return body, nil
}

func newRegistry() *registry {
	r := new(registry)
	doc := cib.New()
	cib.Remove(doc.Status())
	r.take(doc)
	return r
}

func (r *registry) take(doc *cib.Document) {
	r.doc, r.text, r.version = doc, doc.Compact(), doc.Version()
	r.digest = digest(r.text)
}

// find is the outcome of a proposal that was applied not long ago.
func (r *registry) find(id string) (outcome, bool) {
	for i := len(r.recent) - 1; i >= 0; i-- {
		if r.recent[i].ID == id {
			return r.recent[i], true
		}
	}
	return outcome{}, false
}

// apply carries a committed proposal out, or refuses it; every member comes
// to the same result. It gives the revision when there is a new one.
func (r *registry) apply(p *proposal) (outcome, *Revision) {
	if o, done := r.find(p.ID); done {
		return o, nil
	}
	o := outcome{ID: p.ID, Version: r.version}
	var rev *Revision
	if p.Base.AdminEpoch != r.version.AdminEpoch || p.Base.Epoch != r.version.Epoch || p.Digest != "" && p.Digest != r.digest {
		o.Refused = RefusedConflict
	} else if doc, err := parseConfiguration(p.CIB); err != nil {
		o.Refused = RefusedInvalid
	} else {
		r.adopt(doc, p)
		o.Version = r.version
		rev = &Revision{Version: r.version, When: p.When, Who: p.Who, From: p.From, Note: p.Note, CIB: r.text}
	}
	r.recent = append(r.recent, o)
	if len(r.recent) > keepOutcomes {
		r.recent = append([]outcome(nil), r.recent[len(r.recent)-keepOutcomes:]...)
	}
	return o, rev
}

func (r *registry) adopt(doc *cib.Document, p *proposal) {
	v := doc.Version()
	if v.AdminEpoch <= r.version.AdminEpoch {
		v = cib.Version{AdminEpoch: r.version.AdminEpoch, Epoch: r.version.Epoch + 1}
	}
	v.NumUpdates = 0
	doc.SetVersion(v)
	root := doc.Root()
	cib.SetAttr(root, "cib-last-written", p.When.UTC().Format("Mon Jan _2 15:04:05 2006"))
	cib.SetAttr(root, "update-origin", p.From)
	if p.Who != "" {
		cib.SetAttr(root, "update-user", p.Who)
	}
	r.take(doc)
}

// parseConfiguration reads a proposed CIB and leaves what is not
// configuration out.
func parseConfiguration(text []byte) (*cib.Document, error) {
	doc, err := cib.Parse(text)
	if err != nil {
		return nil, err
	}
	if cib.Child(doc.Root(), "configuration") == nil {
		return nil, fmt.Errorf("read CIB: it has no <configuration>")
	}
	if st := cib.Child(doc.Root(), "status"); st != nil {
		cib.Remove(st)
	}
	for _, soft := range []string{"have-quorum", "dc-uuid"} {
		doc.Root().RemoveAttr(soft)
	}
	return doc, nil
}

// snapshot is the registry as bytes; restore reads it back.
func (r *registry) snapshot() []byte { return joinParts(r.recent, r.text) }

func (r *registry) restore(data []byte) error {
	if len(data) == 0 { // what every member begins with
		*r = *newRegistry()
		return nil
	}
	var recent []outcome
	text, err := splitParts(data, &recent)
	if err != nil {
		return err
	}
	doc, err := cib.Parse(text)
	if err != nil {
		return fmt.Errorf("restore the configuration: %w", err)
	}
	r.recent = recent
	r.take(doc)
	return nil
}
