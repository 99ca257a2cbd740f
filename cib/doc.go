// Package cib is the cluster information base: the XML document that holds a
// cluster's configuration and status, with meaning.
//
// A Document wraps an etree tree and keeps everything it does not know
// untouched. Its words are Pacemaker's: sections (crm_config, nodes,
// resources, constraints, ...), ids, the version triple
// admin_epoch.epoch.num_updates, patch sets.
//
// The package never touches files, clocks or the network, and never prints.
package cib
