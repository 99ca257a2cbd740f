package tools

import (
	"fmt"
	"io"
)

// The shorthands of crm_attribute, which are scripts in the original.

var masterFlags = []flag{
	{'h', "help", false}, {'?', "help-all", false}, {'$', "version", false}, {'V', "verbose", false}, {'q', "quiet", false}, {'Q', "Quiet", false},
	{'D', "delete", false}, {'G', "query", false}, {'v', "update", true}, {'N', "node", true}, {'U', "uname", true}, {'l', "lifetime", true},
	{'i', "id", true}, {'r', "resource", true}, {'n', "operation", true}, {'I', "interval", true},
	{0, "attr-value", true}, {0, "delete-attr", false}, {0, "get-value", false}, {0, "node-uname", true},
}

// shorthand hands the options of a tool on to crm_attribute, after first.
func shorthand(tool, help string, args []string, std Streams, first func(given map[string]string) ([]string, error)) int {
	given := map[string]string{}
	var on []string
	words, err := getopt(masterFlags, args, func(long, value string) error {
		given[long] = value
		switch long {
		case "Quiet":
			on = append(on, "--quiet")
		case "resource", "operation", "interval", "help", "help-all", "version":
		default:
			on = append(on, "--"+long)
			if f, _ := findLong(masterFlags, long); f.value {
				on[len(on)-1] += "=" + value
			}
		}
		return nil
	})
	if err == nil && len(words) > 0 {
		err = fmt.Errorf("unexpected word %q, expected only options", words[0])
	}
	if err != nil {
		return ended(std, tool, fail(exitUsage, "%w", err))
	}
	for _, long := range []string{"help", "help-all"} {
		if _, asked := given[long]; asked {
			_, err := io.WriteString(std.Out, help)
			return ended(std, tool, err)
		}
	}
	front, err := first(given)
	if err != nil {
		return ended(std, tool, fail(exitUsage, "%w", err))
	}
	a := &attrCall{std: std, tool: tool, words: args}
	return ended(std, tool, a.run(append(front, on...)))
}

const masterHelp = `crm_master - set or query the promotion score of a resource
Usage: crm_master -v SCORE | -G | -D [-r RESOURCE] [-N NODE] [-l reboot|forever] [-Q]

Short for crm_attribute --promotion; the resource is that of the calling agent.
`

// Master is crm_master: the promotion score of a resource on a node.
func Master(args []string, std Streams) int {
	return shorthand("crm_master", masterHelp, args, std, func(given map[string]string) ([]string, error) {
		front := []string{"--promotion=" + given["resource"]}
		if given["lifetime"] == "" {
			front = append(front, "--lifetime=forever")
		}
		return front, nil
	})
}

const standbyHelp = `crm_standby - may a node run resources?
Usage: crm_standby -v on|off | -G | -D [-N NODE] [-l reboot|forever] [-q]
`

// Standby is crm_standby: the standby attribute of a node.
func Standby(args []string, std Streams) int {
	return shorthand("crm_standby", standbyHelp, args, std, func(given map[string]string) ([]string, error) {
		front := []string{"--name=standby"}
		if given["lifetime"] == "" {
			front = append(front, "--lifetime=forever")
		}
		_, update := given["update"]
		_, remove := given["delete"]
		if !update && !remove {
			front = append(front, "--query", "--default=off")
		}
		return front, nil
	})
}

const failcountHelp = `crm_failcount - how often has a resource failed on a node?
Usage: crm_failcount -G | -D -r RESOURCE [-n OPERATION -I INTERVAL] [-N NODE] [-q]
`
