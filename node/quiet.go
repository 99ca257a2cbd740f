package node

import "fmt"

// quiet keeps the Raft library from writing a log of its own; a promise it
// finds broken still ends the process.
type quiet struct{}

// Debug drops what the library says.
func (quiet) Debug(...any) {}

// Debugf drops what the library says.
func (quiet) Debugf(string, ...any) {}

// Error drops what the library says.
func (quiet) Error(...any) {}

// Errorf drops what the library says.
func (quiet) Errorf(string, ...any) {}

// Info drops what the library says.
func (quiet) Info(...any) {}

// Infof drops what the library says.
func (quiet) Infof(string, ...any) {}

// Warning drops what the library says.
func (quiet) Warning(...any) {}

// Warningf drops what the library says.
func (quiet) Warningf(string, ...any) {}

// Fatal ends the process.
func (quiet) Fatal(v ...any) { panic(fmt.Sprint(v...)) }

// Fatalf ends the process.
func (quiet) Fatalf(f string, v ...any) { panic(fmt.Sprintf(f, v...)) }

// Panic ends the process.
func (quiet) Panic(v ...any) { panic(fmt.Sprint(v...)) }

// Panicf ends the process.
func (quiet) Panicf(f string, v ...any) { panic(fmt.Sprintf(f, v...)) }
