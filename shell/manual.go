package shell

import (
	"fmt"
	"strings"
)

// manual is every level and command on one page, from the declarations.
func (c *Call) manual() string {
	var b strings.Builder
	b.WriteString("# crm\n\nEvery level and command of the shell; \"crm help manual\" prints this page.\n")
	manualLevel(&b, c.tree, "")
	b.WriteString("\n# Topics\n")
	for _, t := range topics {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", t.name, strings.TrimSpace(t.text))
	}
	return b.String()
}

func manualLevel(b *strings.Builder, l *Level, path string) {
	if path != "" {
		fmt.Fprintf(b, "\n# crm %s\n\n%s.\n", path, upperFirst(l.Short))
	}
	if l.Help != "" {
		b.WriteString("\n" + strings.TrimSpace(l.Help) + "\n")
	}
	for _, cmd := range l.Commands {
		if cmd.Hidden {
			continue
		}
		usage := strings.Join(strings.Fields("crm "+path+" "+cmd.Name+" "+cmd.Usage), " ")
		fmt.Fprintf(b, "\n## %s\n\n%s.\n", usage, upperFirst(cmd.Short))
		if text := helpText(l, cmd); text != "" {
			b.WriteString("\n" + text + "\n")
		}
	}
	for _, sub := range l.Levels {
		manualLevel(b, sub, strings.TrimSpace(path+" "+sub.Name))
	}
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
