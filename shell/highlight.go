package shell

import "strings"

// partWords begin the parts of a statement.
var partWords = map[string]bool{"params": true, "meta": true, "op": true, "utilization": true, "operations": true, "op_params": true,
	"op_meta": true, "attributes": true, "rule": true, "network": true, "storage": true, "docker": true, "podman": true, "rkt": true,
	"primitive": true, "to": true, "select": true, "read": true, "write": true, "deny": true, "port-mapping": true, "storage-mapping": true}

// highlight dresses text of the language: keywords, names, values. Without
// styles it is left alone, and with them only escape codes are added.
func highlight(text string, style Style) string {
	if style.Keyword == nil && style.Value == nil && style.Name == nil || strings.HasPrefix(text, "<") {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		body := strings.TrimRight(line, "\n")
		b.WriteString(highlightLine(body, style) + line[len(body):])
	}
	return b.String()
}

func highlightLine(line string, style Style) string {
	if strings.HasPrefix(line, "#") {
		return dress(style.Dim, line)
	}
	first := !strings.HasPrefix(line, "\t") && !strings.HasPrefix(line, " ")
	if first && strings.HasPrefix(line, "xml ") {
		return dress(style.Keyword, "xml") + line[3:]
	}
	words := strings.Split(line, " ")
	named := false
	for i, w := range words {
		bare := strings.TrimLeft(w, "\t")
		lead := w[:len(w)-len(bare)]
		name, value, pair := strings.Cut(bare, "=")
		switch {
		case bare == "" || bare == `\`:
		case i == 0 && (first || partWords[bare]):
			words[i] = lead + dress(style.Keyword, bare)
		case first && !named:
			named = true
			words[i] = dress(style.Name, bare)
		case partWords[bare]:
			words[i] = lead + dress(style.Keyword, bare)
		case pair && value != "" && !strings.HasPrefix(value, `"`):
			words[i] = lead + name + "=" + dress(style.Value, value)
		}
	}
	return strings.Join(words, " ")
}
