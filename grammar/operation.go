package grammar

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// Operation is one "op" of a primitive: its own attributes, then sets of
// parameters and meta attributes for it.
type Operation struct {
	Pos   Pos
	ID    string
	Name  string
	Attrs Pairs // attributes of the operation itself
	Sets  []AttrSet
	// NoInterval says that no interval was given; Attrs has the usual one.
	NoInterval bool
}

// opAttrs are the attributes that an operation has by itself; every other
// name=value is a parameter for the agent while that operation runs.
var opAttrs = []string{"interval", "timeout", "name", "description", "start-delay", "interval-origin",
	"enabled", "record-pending", "role", "on-fail"}

// allowed values of some attributes of operations.
var opValues = map[string][]string{
	"on-fail": {"ignore", "block", "demote", "stop", "restart", "standby", "fence", "restart-container"},
	"role":    {"Stopped", "Started", "Master", "Slave", "Promoted", "Unpromoted"},
}

// Parse reads "op NAME name=value ... [op_params ...] [op_meta ...]".
func (o *Operation) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	o.Pos = r.pos()
	r.take()
	if r.done() || class(r.peek()) != classWord || !PlainName(r.peek()) {
		return r.fault("", "the name of an operation: monitor, start, stop ...")
	}
	o.Name = r.take()
	for !r.done() {
		if k, is := r.keyword(opSets...); is {
			pos := r.pos()
			r.take()
			set, err := r.attrSet(k, pos, resourceEnds)
			if err != nil {
				return err
			}
			o.Sets = append(o.Sets, set)
			continue
		}
		if _, end := r.keyword(resourceEnds...); end {
			break
		}
		if err := o.attribute(r); err != nil {
			return err
		}
	}
	o.rename()
	return nil
}

func (o *Operation) attribute(r reader) error {
	p, ok := readPair(r.peek(), r.pos())
	if !ok || p.Ref != "" || p.Bare {
		return r.fault("", "name=value, op_params, op_meta, op, params, meta or utilization", resourceEnds...)
	}
	if p.Name == "id" {
		o.ID = p.Value
		r.take()
		return nil
	}
	own := contains(opAttrs, p.Name)
	if !own {
		if known, is := oneOf(p.Name, opAttrs); is {
			return r.fault("is written in small letters", known+"="+Quote(p.Value))
		}
		if _, is := o.Attrs.Get("interval"); !is {
			return r.fault("stands before the interval", "interval=TIME before the parameters of the operation", opAttrs...)
		}
		o.param(p)
		r.take()
		return nil
	}
	if len(o.Sets) > 0 {
		return r.fault("is an attribute of the operation", "such before the operation's parameters")
	}
	if p.Name == "name" && !PlainName(p.Value) {
		return r.fault("is not the name of an operation", "name=NAME")
	}
	if values, limited := opValues[p.Name]; limited && !contains(values, p.Value) {
		return r.fault("", p.Name+"="+list(values), append([]string{p.Name}, values...)...)
	}
	o.Attrs = append(o.Attrs, p)
	r.take()
	return nil
}

// param adds a parameter that was given without op_params.
func (o *Operation) param(p Pair) {
	if len(o.Sets) == 0 {
		o.Sets = []AttrSet{{Pos: p.Pos, Keyword: "op_params"}}
	}
	last := &o.Sets[len(o.Sets)-1]
	last.Pairs = append(last.Pairs, p)
}

// rename heeds name=NAME, which overrides the word behind op, and gives the
// operation the interval that it must have.
func (o *Operation) rename() {
	if name, is := o.Attrs.cut("name"); is {
		o.Name = name
	}
	if _, is := o.Attrs.Get("interval"); !is {
		o.Attrs = append(o.Attrs, Pair{Pos: o.Pos, Name: "interval", Value: "0"})
		o.NoInterval = true
	}
}

// lines of the operation as they are printed.
func (o Operation) lines() []string {
	ws := []string{"op", o.Name}
	if o.ID != "" {
		ws = append(ws, "$id="+Quote(o.ID))
	}
	for _, p := range o.Attrs {
		ws = append(ws, p.word())
	}
	lines := []string{strings.Join(ws, " ")}
	for _, s := range o.Sets {
		lines = append(lines, s.text())
	}
	return lines
}

// OperationAttr tells the attributes that operations have by themselves.
func OperationAttr(name string) bool { return contains(opAttrs, name) }
