// Package grammar is the crm configure language: text to statements and back.
// It knows no XML.
package grammar
