package agent

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// directoryAgent makes a directory appear at another place: a file system that
// needs no device.
func directoryAgent() *builtin {
	plain := func(f func(*call) Result) func(context.Context, *call) Result {
		return func(_ context.Context, c *call) Result { return f(c) }
	}
	return &builtin{
		meta: Metadata{Name: "Directory", Version: "1.0", Short: "A directory made available at another place",
			Long: "Stands in for a file system: mounts a directory that all nodes can see at the place where the service expects its\n" +
				"data (bind mount). Where mounting is not permitted a symbolic link takes its place. The place is there only while\n" +
				"the resource runs.",
			Parameters: []Parameter{
				{Name: "source", Type: "string", Required: true, Short: "The directory with the data", Long: "The directory with the data. A relative one is " +
					"below the cluster's own directory."},
				{Name: "directory", Type: "string", Required: true, Unique: true, Short: "Where it appears", Long: "The mount point; it is made when it is " +
					"missing. A relative one is below the cluster's own directory."},
				{Name: "how", Type: "string", Default: "auto", HasDefault: true, Short: "mount, link or auto",
					Long: "mount: a bind mount, or the start fails. link: a symbolic link. auto: a mount where it is permitted, else a link."},
			},
			Actions: []Action{{Name: "start", Timeout: "60s"}, {Name: "stop", Timeout: "60s"}, {Name: "monitor", Timeout: "40s", Interval: "20s", Depth: "0"},
				{Name: "validate-all", Timeout: "20s"}, {Name: "meta-data", Timeout: "5s"}},
		},
		actions: map[string]func(context.Context, *call) Result{
			"start": plain(directoryStart), "stop": plain(directoryStop), "monitor": plain(directoryMonitor),
			"validate-all": plain(func(c *call) Result { _, _, res := directoryOf(c); return res }),
		},
	}
}

func directoryOf(c *call) (source, place string, res Result) {
	source, place = c.param("source"), c.param("directory")
	if source == "" || place == "" {
		return "", "", refuse(NotConfigured, "the parameters source and directory are needed")
	}
	if how := c.param("how"); how != "auto" && how != "mount" && how != "link" {
		return "", "", refuse(NotConfigured, "how=%q: expected auto, mount or link", how)
	}
	return filepath.Clean(c.within(source)), filepath.Clean(c.within(place)), ok()
}

// appears tells how the source is at the place: "", "link" or "mount".
func appears(source, place string) (string, error) {
	if target, err := os.Readlink(place); err == nil {
		if target == source {
			return "link", nil
		}
		return "", nil
	}
	here, err := os.Stat(place)
	if os.IsNotExist(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	there, err := os.Stat(source)
	if err != nil {
		if mounted(place) {
			return "mount", nil
		}
		return "", nil
	}
	if os.SameFile(here, there) && source != place {
		return "mount", nil
	}
	return "", nil
}

// mounted tells whether something is mounted at the place (proc(5), mountinfo).
func mounted(place string) bool {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return false
	}
	quoted := strings.NewReplacer(`\`, `\134`, " ", `\040`, "\t", `\011`, "\n", `\012`).Replace(place)
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 4 && f[4] == quoted {
			return true
		}
	}
	return false
}

func directoryStart(c *call) Result {
	source, place, res := directoryOf(c)
	if res.RC != OK {
		return res
	}
	if info, err := os.Stat(source); err != nil || !info.IsDir() {
		return refuse(CodeNotInstalled, "%s is not a directory on this node", source)
	}
	if how, err := appears(source, place); err != nil || how != "" {
		if err != nil {
			return refuse(GenericError, "%v", err)
		}
		return ok()
	}
	how := c.param("how")
	if how != "link" {
		err := bind(source, place)
		if err == nil {
			return ok()
		}
		if how == "mount" || !errors.Is(err, unix.EPERM) && !errors.Is(err, unix.EACCES) {
			return refuse(GenericError, "%s cannot be mounted at %s: %v", source, place, err)
		}
	}
	_ = os.Remove(place) // an empty mount point makes room; anything else stays and stops us
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
		return refuse(GenericError, "%v", err)
	}
	if err := os.Symlink(source, place); err != nil {
		return refuse(GenericError, "%s cannot be linked to %s: %v", place, source, err)
	}
	return ok()
}

func bind(source, place string) error {
	if err := os.MkdirAll(place, 0o755); err != nil {
		return err
	}
	return unix.Mount(source, place, "", unix.MS_BIND, "")
}

func directoryStop(c *call) Result {
	source, place, res := directoryOf(c)
	if res.RC != OK {
		return res
	}
	for {
		how, err := appears(source, place)
		switch {
		case err != nil:
			return refuse(GenericError, "%v", err)
		case how == "":
			return ok()
		case how == "link":
			err = os.Remove(place)
		default:
			if err = unix.Unmount(place, 0); errors.Is(err, unix.EBUSY) {
				err = unix.Unmount(place, unix.MNT_DETACH)
			}
		}
		if err != nil {
			return refuse(GenericError, "%s cannot be taken away: %v", place, err)
		}
	}
}

func directoryMonitor(c *call) Result {
	source, place, res := directoryOf(c)
	if res.RC != OK {
		return res
	}
	how, err := appears(source, place)
	switch {
	case err != nil:
		return refuse(GenericError, "%v", err)
	case how == "":
		return Result{RC: NotRunning}
	}
	if _, err := os.ReadDir(place); err != nil {
		return refuse(GenericError, "%s cannot be read: %v", place, err)
	}
	return ok()
}
