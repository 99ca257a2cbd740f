// Package cib is the cluster information base: the XML document that holds a
// cluster's configuration and status, with meaning.
//
// A Document wraps an etree tree and keeps everything it does not know
// untouched. Its words are Pacemaker's: sections (crm_config, nodes,
// resources, constraints, ...), ids, the version triple
// admin_epoch.epoch.num_updates, patch sets.
//
// Where what is: reading and writing (read, write, document), finding
// (element, section, id, resources, nodes, xpath), editing (nvpair, reference,
// update), comparing (version, digest, diff, patch, textdiff), judging (verify
// and its parts, access), and the configurations of older releases (upgrade
// and its parts). Text is read strictly and in bounded memory; what is written
// is indented and always reads back the same.
//
// The package never touches files, clocks or the network, and never prints.
package cib
