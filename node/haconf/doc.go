// Package haconf reads the configuration files of heartbeat: ha.cf, authkeys
// and haresources.
//
// Each reader takes the text of a file and its name for messages, reads it to
// the end, and returns all that is wrong with it at once, each with its line
// and what was expected. What is understood but not done, and what is not
// understood, comes back as warnings that say what to do instead. Nothing here
// opens files or asks the system: whether an interface, a host or a user
// exists is for the caller to find out.
package haconf
