// Package crmtext is the one bridge between the crm language and the CIB:
// statements to XML elements and back.
package crmtext
