package control

import "os"

// The environment variables by which the processes of one member find each
// other where a machine has several, as in a lab.
const (
	SocketVar = "CRM_SOCKET" // the daemon's socket, or several: see Dial
	NodeVar   = "CRM_NODE"   // the node's name
)

// DefaultSocket is where the daemon of an installed system listens.
const DefaultSocket = "/run/crm/crm.sock"

// Socket is where to find the daemon: CRM_SOCKET, else the usual place.
func Socket() string {
	if path := os.Getenv(SocketVar); path != "" {
		return path
	}
	return DefaultSocket
}
