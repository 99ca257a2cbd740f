// Package control is the local door of the daemon: requests over a unix socket,
// server and client.
package control
