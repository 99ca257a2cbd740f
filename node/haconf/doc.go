// Package haconf reads the configuration files of heartbeat: ha.cf, authkeys
// and haresources.
package haconf
