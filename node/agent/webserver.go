package agent

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// WebServer is `crm httpd`: a small web server of files, so that there is a
// real service to move about where no other is installed. It tells in the
// header Served-By which node it runs on. It returns the exit code when ctx
// ends or it cannot go on.
func WebServer(ctx context.Context, args, env []string, stderr io.Writer) int {
	flags := flag.NewFlagSet("crm httpd", flag.ContinueOnError)
	flags.SetOutput(stderr)
	listen := flags.String("listen", "127.0.0.1:8080", "address and port to answer at")
	root := flags.String("root", ".", "folder of the files")
	if err := flags.Parse(args); err != nil {
		return int(InvalidParam)
	}
	if err := serveFiles(ctx, *listen, *root, servedBy(env)); err != nil {
		fmt.Fprintf(stderr, "crm httpd: %v\n", err)
		return 1
	}
	return 0
}

// servedBy is the node's name as the cluster gives it to agents.
func servedBy(env []string) string {
	for _, kv := range env {
		if name, ok := strings.CutPrefix(kv, "OCF_RESKEY_CRM_meta_on_node="); ok {
			return name
		}
	}
	name, _ := os.Hostname()
	return name
}

func serveFiles(ctx context.Context, addr, root, node string) error {
	if info, err := os.Stat(root); err != nil {
		return err
	} else if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", root)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	files := http.FileServer(http.Dir(root))
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Served-By", node)
		files.ServeHTTP(w, r)
	})}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
