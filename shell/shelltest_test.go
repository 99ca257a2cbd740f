package shell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"crm/cib"
	"crm/completions"
)

// memory is a cluster that lives in a variable.
type memory struct {
	doc     *cib.Document
	live    bool
	history []Revision
	asked   []Operation
	broken  error
	hides   []string // ids that access lists keep from the reader
}

func (m *memory) Partial() bool { return len(m.hides) > 0 }

func newMemory(text string) *memory {
	doc, err := cib.Parse([]byte(text))
	if err != nil {
		panic(err)
	}
	return &memory{doc: doc}
}

func (m *memory) Name() string     { return "test" }
func (m *memory) Describe() string { return "a test" }
func (m *memory) Live() bool       { return m.live }

func (m *memory) Read(context.Context) (*cib.Document, error) {
	if m.broken != nil {
		return nil, m.broken
	}
	doc := m.doc.Copy()
	for _, id := range m.hides {
		if e := doc.Find(id); e != nil {
			cib.Remove(e)
		}
	}
	return doc, nil
}

func (m *memory) Commit(_ context.Context, c Change) (cib.Version, error) {
	if !c.Force && len(m.hides) == 0 && !sameConfiguration(m.doc, c.Base) {
		return cib.Version{}, &Conflict{Base: c.Base.Version(), Now: m.doc.Version()}
	}
	v := m.doc.Version()
	v.Epoch++
	m.history = append([]Revision{{Version: m.doc.Version(), CIB: m.doc.Bytes()}}, m.history...)
	m.doc = Successor(m.doc, c.Next, v)
	return v, nil
}

func (m *memory) Operate(_ context.Context, op Operation) (string, error) {
	m.asked = append(m.asked, op)
	if m.live {
		return "", nil
	}
	return OperateOn(m.doc, op)
}

func (m *memory) Wait(context.Context) error { return nil }

func (m *memory) History(context.Context) ([]Revision, error) {
	return append([]Revision{{Version: m.doc.Version(), CIB: m.doc.Bytes()}}, m.history...), nil
}

// cupboard is a file system of a few files.
type cupboard map[string]string

func (c cupboard) Read(name string) ([]byte, error) {
	text, ok := c[name]
	if !ok {
		return nil, fmt.Errorf("open %s: no such file or directory", name)
	}
	return []byte(text), nil
}

func (c cupboard) Write(name string, text []byte) error {
	c[name] = string(text)
	return nil
}

// agency has three agents.
type agency struct{}

func (agency) Classes() []string { return []string{"ocf", "stonith"} }

func (agency) Providers(class string) []string {
	if class == "ocf" {
		return []string{"heartbeat", "pacemaker"}
	}
	return nil
}

func (agency) Types(class, provider string) []string {
	switch {
	case class == "stonith":
		return []string{"null"}
	case provider == "heartbeat" || provider == "":
		return []string{"Dummy", "IPaddr2"}
	case provider == "pacemaker":
		return []string{"Stateful"}
	}
	return nil
}

func (a agency) Metadata(class, provider, typ string) *completions.Metadata {
	for _, t := range a.Types(class, provider) {
		if t == typ {
			return metadata[typ]
		}
	}
	return nil
}

func (agency) Validate(_ context.Context, spec string, params map[string]string) (string, error) {
	if spec == "ocf:heartbeat:IPaddr2" && params["ip"] == "" {
		return "", errors.New("IPaddr2 refuses the parameters: no ip")
	}
	return "", nil
}

var metadata = map[string]*completions.Metadata{
	"Dummy": {Name: "Dummy", Short: "Example stateless resource agent",
		Parameters: []completions.Parameter{{Name: "state", Type: "string", Short: "State file"}, {Name: "fake", Type: "string", Default: "dummy"}},
		Actions:    []completions.Action{{Name: "start", Timeout: "20s"}, {Name: "stop", Timeout: "20s"}, {Name: "monitor", Timeout: "20s", Interval: "10s"}}},
	"IPaddr2": {Name: "IPaddr2", Short: "Manages virtual IPv4 and IPv6 addresses",
		Parameters: []completions.Parameter{{Name: "ip", Type: "string", Required: true, Short: "IPv4 or IPv6 address"},
			{Name: "nic", Type: "string", Short: "Network interface"}, {Name: "lvs_support", Type: "boolean", Default: "false"}},
		Actions: []completions.Action{{Name: "start", Timeout: "20s"}, {Name: "stop", Timeout: "20s"}, {Name: "monitor", Timeout: "20s", Interval: "10s", Depth: "0"}}},
	"Stateful": {Name: "Stateful", Promotable: true, Actions: []completions.Action{{Name: "start"}, {Name: "promote"}}},
	"null":     {Name: "null", Parameters: []completions.Parameter{{Name: "hostlist", Required: true, Short: "Hostlist"}}},
}

const twoNodes = `<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="5" num_updates="0" have-quorum="1" dc-uuid="1"><configuration><crm_config>
<cluster_property_set id="cib-bootstrap-options"><nvpair id="cib-bootstrap-options-stonith-enabled" name="stonith-enabled" value="false"/></cluster_property_set>
</crm_config><nodes><node id="1" uname="alice"/><node id="2" uname="bob"/></nodes><resources/><constraints/></configuration>
<status><node_state id="1" uname="alice" in_ccm="true" crmd="online" join="member" expected="member"/>
<node_state id="2" uname="bob" in_ccm="true" crmd="online" join="member" expected="member"/></status></cib>`

// scene is a session on a made-up world; what it prints is gathered.
type scene struct {
	*Session
	cluster *memory
	files   cupboard
	out     bytes.Buffer
	answers []string // to questions, in turn
}

func newScene(text string, o Options) *scene {
	c := &scene{cluster: newMemory(text), files: cupboard{}}
	env := &Env{Out: &c.out, Err: &c.out, Cluster: c.cluster, Agents: agency{}, Files: c.files, Drafts: drawer{}, Node: "alice",
		Now: func() time.Time { return time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC) }}
	c.Session = NewSession(env, o)
	return c
}

// converse makes the session interactive, with the given answers.
func (c *scene) converse(answers ...string) {
	c.Interactive, c.answers = true, answers
	c.Ask = func(_ context.Context, question string) (bool, error) {
		if len(c.answers) == 0 {
			return false, errors.New("nobody answers")
		}
		answer := c.answers[0]
		c.answers = c.answers[1:]
		fmt.Fprintf(&c.out, "%s %s\n", question, answer)
		return answer == "y", nil
	}
}

// edits makes an editor that shows what it was given and leaves the texts
// behind, one each time.
func (c *scene) edits(texts []string) {
	c.Edit = func(_ context.Context, _ string, text []byte, suffix string) ([]byte, error) {
		if len(texts) == 0 {
			return nil, errors.New("the editor failed")
		}
		fmt.Fprintf(&c.out, "(editor, %s)\n%s(end)\n", suffix, text)
		next := texts[0]
		texts = texts[1:]
		return []byte(strings.TrimSuffix(next, "\n") + "\n"), nil
	}
}

// programs are those that a filter can be: cat, "replace A B", and dot.
func programs(_ context.Context, program string, text []byte) ([]byte, error) {
	words := strings.Fields(program)
	switch words[0] {
	case "cat", "command":
		return text, nil
	case "replace":
		return []byte(strings.ReplaceAll(string(text), words[1], words[2])), nil
	case "dot":
		return []byte("(drawn by " + program + ")\n"), nil
	}
	return nil, fmt.Errorf("%s: exit status 1", program)
}

// said is what was printed since the last time.
func (c *scene) said() string {
	text := strings.TrimRight(c.out.String(), "\n")
	c.out.Reset()
	return text
}

// drawer keeps configurations made from templates in a variable.
type drawer map[string]string

func (d drawer) List() ([]string, error)          { return slices.Sorted(maps.Keys(d)), nil }
func (d drawer) Read(name string) (string, error) { return d[name], nil }
func (d drawer) Write(name, text string) error    { d[name] = text; return nil }
func (d drawer) Delete(name string) error         { delete(d, name); return nil }
