package main

import (
	"fmt"
	"slices"
	"strings"

	"crm/shell"
)

// options are what stands before the words of a command line.
type options struct {
	shell.Options
	script  string      // -f
	cluster string      // -c
	style   string      // -D
	prefer  [][2]string // -o, in order
	strict  bool
	debug   bool
	help    bool
	version bool
	compgen []string // --compgen POINT LINE
	words   []string
}

// parseOptions reads a command line; options end at the first word.
func parseOptions(args []string) (options, error) {
	var o options
	for len(args) > 0 {
		arg := args[0]
		if arg == "--" {
			args = args[1:]
			break
		}
		if !strings.HasPrefix(arg, "-") || arg == "-" {
			break
		}
		rest, err := o.take(arg, args[1:])
		if err != nil {
			return o, err
		}
		args = rest
	}
	o.words = args
	return o, nil
}

// take reads one option; -fFILE, -f FILE, --file=FILE are the same.
func (o *options) take(arg string, rest []string) ([]string, error) {
	name, value, given := strings.Cut(arg, "=")
	if !strings.HasPrefix(arg, "--") && len(arg) > 2 {
		if strings.ContainsRune("fcDHoX", rune(arg[1])) {
			name, value, given = arg[:2], arg[2:], true
		} else { // -Fw
			return append([]string{"-" + arg[2:]}, rest...), o.flag(arg[:2])
		}
	}
	switch name {
	case "--compgen":
		o.compgen = rest
		return nil, nil
	case "-f", "--file", "-c", "--cib", "-D", "--display", "-H", "--history", "-o", "--opt", "-X", "--profile", "--scriptdir":
		if !given {
			if len(rest) == 0 {
				return nil, fmt.Errorf("%s needs a value; \"crm --help\" tells more", name)
			}
			value, rest = rest[0], rest[1:]
		}
		return rest, o.valued(name, value)
	}
	if given {
		return nil, fmt.Errorf("%s takes no value", name)
	}
	return rest, o.flag(name)
}

func (o *options) valued(name, value string) error {
	switch name {
	case "-f", "--file":
		o.script = value
	case "-c", "--cib":
		o.cluster = value
	case "-D", "--display":
		styles := []string{"plain", "color", "color-always", "uppercase"}
		if !slices.Contains(styles, value) {
			return fmt.Errorf("-D %s: expected one of %s", value, strings.Join(styles, ", "))
		}
		o.style = value
	case "-o", "--opt":
		option, text, assigned := strings.Cut(value, "=")
		if !assigned {
			return fmt.Errorf("-o %s: expected NAME=VALUE; \"crm options show all\" lists the names", value)
		}
		o.prefer = append(o.prefer, [2]string{option, text})
	}
	return nil // the others are accepted and have nothing to act on
}

func (o *options) flag(name string) error {
	switch name {
	case "-F", "--force":
		o.Force = true
	case "-n", "--no":
		o.No = true
	case "-y", "--yes":
		o.Yes = true
	case "-w", "--wait":
		o.Wait = true
	case "-q", "--quiet":
		o.Quiet = true
	case "-d", "--debug":
		o.debug = true
	case "-R", "--regression-tests":
	case "--strict":
		o.strict = true
	case "--no-color":
		o.style = "plain"
	case "-h", "--help":
		o.help = true
	case "--version":
		o.version = true
	default:
		return fmt.Errorf("there is no option %s; \"crm --help\" lists them", name)
	}
	return nil
}

const usage = `usage: crm [OPTION ...] [LEVEL ...] [COMMAND [ARGUMENT ...]]

Without a command crm is an interactive shell, or reads commands from standard
input when that is not a terminal.

  -f, --file FILE      run the commands of a file ("-": standard input)
  -c, --cib FILE|NAME  work on a CIB file, or on a shadow CIB (also CIB_file=FILE)
  -F, --force          yes to every question; commit what verify refuses
  -n, --no             no to every question
  -y, --yes            commit without asking
  -w, --wait           after each change wait until the cluster is idle
  -q, --quiet          fewer remarks
      --strict         a script stops at its first failing line and commits nothing
  -D, --display STYLE  plain, color, color-always or uppercase
  -o, --opt NAME=VALUE set an option of the level options for this run: -o style=5
      --no-color       the same as -D plain
  -d, --debug          tell what is done
      --version        print the version
  -h, --help           print this

Other programs of the same binary: crm daemon, crm lab, crm agent, crm simulate.
"crm help" tells of the commands.

Exit codes: 0 all went well, 1 a command failed, 2 a script cannot be read.
`
