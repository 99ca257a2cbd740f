// Package tools holds the other names of the binary (crm_simulate, crm_mon,
// cibadmin, ...), one file each.
package tools
