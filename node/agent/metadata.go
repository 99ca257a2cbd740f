package agent

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"bytes"
)

// Metadata is what an agent says about itself.
type Metadata struct {
	Name       string
	Version    string // of the agent
	OCFVersion string // of the agent API, "1.1" or older
	Short      string
	Long       string
	Parameters []Parameter
	Actions    []Action
}

// Parameter is one instance parameter of an agent.
type Parameter struct {
	Name        string
	Type        string // string, integer, boolean, second, ... as the agent says
	Default     string
	HasDefault  bool
	Values      []string // of a select
	Required    bool
	Unique      bool
	UniqueGroup string // OCF 1.1
	Reloadable  bool   // OCF 1.1
	Private     bool   // a secret
	Deprecated  bool
	Short       string
	Long        string
}

// Action is one operation that an agent advertises.
type Action struct {
	Name       string
	Timeout    string // with its unit, as written
	Interval   string
	StartDelay string
	Depth      string
	Role       string
	OnTarget   bool // fence agents: must run on the node to be fenced
	Automatic  bool // fence agents: unfencing at join
}

// Parameter finds a parameter by name, nil when there is none.
func (m *Metadata) Parameter(name string) *Parameter {
	for i := range m.Parameters {
		if m.Parameters[i].Name == name {
			return &m.Parameters[i]
		}
	}
	return nil
}

// Supports tells whether the agent advertises an action.
func (m *Metadata) Supports(action string) bool {
	for _, a := range m.Actions {
		if a.Name == action {
			return true
		}
	}
	return false
}

type xmlText struct {
	Lang string `xml:"lang,attr"`
	Text string `xml:",chardata"`
}

type xmlParameter struct {
	Name        string    `xml:"name,attr"`
	Required    string    `xml:"required,attr"`
	Unique      string    `xml:"unique,attr"`
	UniqueGroup string    `xml:"unique-group,attr"`
	Reloadable  string    `xml:"reloadable,attr"`
	Private     string    `xml:"private,attr"`
	Deprecated1 string    `xml:"deprecated,attr"`
	Deprecated  *struct{} `xml:"deprecated"`
	Long        []xmlText `xml:"longdesc"`
	Short       []xmlText `xml:"shortdesc"`
	Content     struct {
		Type    string  `xml:"type,attr"`
		Default *string `xml:"default,attr"`
		Options []struct {
			Value string `xml:"value,attr"`
		} `xml:"option"`
	} `xml:"content"`
}

type xmlAction struct {
	Name       string `xml:"name,attr"`
	Timeout    string `xml:"timeout,attr"`
	Interval   string `xml:"interval,attr"`
	StartDelay string `xml:"start-delay,attr"`
	Depth      string `xml:"depth,attr"`
	Role       string `xml:"role,attr"`
	OnTarget   string `xml:"on_target,attr"`
	Automatic  string `xml:"automatic,attr"`
}

type xmlAgent struct {
	XMLName    xml.Name
	Name       string         `xml:"name,attr"`
	Version    string         `xml:"version,attr"`
	OCF        string         `xml:"version"`
	Long       []xmlText      `xml:"longdesc"`
	ShortAttr  string         `xml:"shortdesc,attr"`
	Short      []xmlText      `xml:"shortdesc"`
	Parameters []xmlParameter `xml:"parameters>parameter"`
	Actions    []xmlAction    `xml:"actions>action"`
}

// ParseMetadata reads an agent's description. It is lenient where agents are
// known to be careless (DOCTYPE, encodings that are ASCII anyway, leading noise).
func ParseMetadata(text []byte) (*Metadata, error) {
	if i := bytes.IndexByte(text, '<'); i > 0 {
		text = text[i:]
	}
	d := xml.NewDecoder(bytes.NewReader(text))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	d.Entity = xml.HTMLEntity
	var doc xmlAgent
	if err := d.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the agent printed no XML")
		}
		return nil, fmt.Errorf("not readable as XML: %w", err)
	}
	if doc.XMLName.Local != "resource-agent" {
		return nil, fmt.Errorf("found <%s>, expected <resource-agent>", doc.XMLName.Local)
	}
	m := &Metadata{Name: doc.Name, Version: doc.Version, OCFVersion: strings.TrimSpace(doc.OCF), Short: english(doc.Short), Long: english(doc.Long)}
	if m.Short == "" {
		m.Short = doc.ShortAttr
	}
	for _, p := range doc.Parameters {
		m.Parameters = append(m.Parameters, p.parameter())
	}
	for _, a := range doc.Actions {
		m.Actions = append(m.Actions, Action{Name: a.Name, Timeout: a.Timeout, Interval: a.Interval, StartDelay: a.StartDelay,
			Depth: a.Depth, Role: a.Role, OnTarget: truth(a.OnTarget), Automatic: truth(a.Automatic)})
	}
	return m, nil
}

func (p xmlParameter) parameter() Parameter {
	out := Parameter{Name: p.Name, Type: p.Content.Type, Required: truth(p.Required), Unique: truth(p.Unique), UniqueGroup: p.UniqueGroup,
		Reloadable: truth(p.Reloadable), Private: truth(p.Private), Deprecated: p.Deprecated != nil || truth(p.Deprecated1),
		Short: english(p.Short), Long: english(p.Long)}
	if p.Content.Default != nil {
		out.Default, out.HasDefault = *p.Content.Default, true
	}
	for _, o := range p.Content.Options {
		out.Values = append(out.Values, o.Value)
	}
	return out
}

// english picks the English text of several, else the first.
func english(texts []xmlText) string {
	for _, t := range texts {
		if t.Lang == "" || strings.HasPrefix(t.Lang, "en") {
			return strings.TrimSpace(t.Text)
		}
	}
	if len(texts) > 0 {
		return strings.TrimSpace(texts[0].Text)
	}
	return ""
}

func truth(s string) bool {
	switch strings.ToLower(s) {
	case "1", "true", "yes", "y", "on":
		return true
	}
	return false
}
