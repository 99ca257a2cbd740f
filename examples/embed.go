// Package examples holds configurations that ship with the program.
package examples

import _ "embed"

// Webserver is webserver.crm.
//
//go:embed webserver.crm
var Webserver string
