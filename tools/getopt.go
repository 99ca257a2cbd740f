package tools

import (
	"fmt"
	"strings"
)

// flag is one option of a tool, as the originals' users know it.
type flag struct {
	short byte   // 0 when there is none
	long  string // without dashes; with a ? at its end, the value may be left out
	value bool   // it is followed by a value
}

// name is the long name, and whether the value may be left out.
func (f flag) name() (long string, optional bool) { return strings.CutSuffix(f.long, "?") }

// getopt reads options the way GNU programs do: short ones may share a dash
// (-sSQ), a value may be joined (-xFILE, --xml-file=FILE) or follow, long
// names may be cut short, "--" ends them. Each option is given to set by its
// long name; the other words are returned.
func getopt(flags []flag, args []string, set func(long, value string) error) (words []string, err error) {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		next := func() (string, error) {
			if i++; i >= len(args) {
				return "", fmt.Errorf("option %s: expected a value after it", arg)
			}
			return args[i], nil
		}
		maybe := func() (string, error) {
			if i+1 >= len(args) || strings.HasPrefix(args[i+1], "-") {
				return "", nil
			}
			return next()
		}
		switch {
		case arg == "--":
			return append(words, args[i+1:]...), nil
		case strings.HasPrefix(arg, "--"):
			err = longOption(flags, arg[2:], next, maybe, set)
		case len(arg) > 1 && arg[0] == '-':
			err = shortOptions(flags, arg[1:], next, maybe, set)
		default:
			words = append(words, arg)
		}
		if err != nil {
			return nil, err
		}
	}
	return words, nil
}

func longOption(flags []flag, text string, next, maybe func() (string, error), set func(long, value string) error) error {
	name, value, joined := strings.Cut(text, "=")
	f, err := findLong(flags, name)
	if err != nil {
		return err
	}
	long, optional := f.name()
	if optional {
		next = maybe
	}
	switch {
	case f.value && !joined:
		if value, err = next(); err != nil {
			return err
		}
	case !f.value && joined:
		return fmt.Errorf("option --%s takes no value, but was given %q", long, value)
	}
	return set(long, value)
}

func findLong(flags []flag, name string) (flag, error) {
	var found []flag
	for _, f := range flags {
		long, _ := f.name()
		if long == name {
			return f, nil
		}
		if strings.HasPrefix(long, name) && name != "" {
			found = append(found, f)
		}
	}
	switch len(found) {
	case 0:
		return flag{}, fmt.Errorf("unknown option --%s", name)
	case 1:
		return found[0], nil
	}
	return flag{}, fmt.Errorf("option --%s could be --%s or --%s", name, found[0].long, found[1].long)
}

func shortOptions(flags []flag, letters string, next, maybe func() (string, error), set func(long, value string) error) error {
	for j := 0; j < len(letters); j++ {
		f, known := findShort(flags, letters[j])
		if !known {
			return fmt.Errorf("unknown option -%c", letters[j])
		}
		long, optional := f.name()
		if optional {
			next = maybe
		}
		if !f.value {
			if err := set(long, ""); err != nil {
				return err
			}
			continue
		}
		value := letters[j+1:]
		if value == "" {
			var err error
			if value, err = next(); err != nil {
				return err
			}
		}
		return set(long, value)
	}
	return nil
}

func findShort(flags []flag, letter byte) (flag, bool) {
	for _, f := range flags {
		if f.short == letter {
			return f, true
		}
	}
	return flag{}, false
}
