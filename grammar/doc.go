// Package grammar is the crm configure language: text to statements and back.
// It knows no XML.
//
// The way in:
//
//	Lines(text)      physical lines to logical ones: continuation, comments
//	Line.Words()     one logical line to words, quotes removed, with positions
//	ParseLine(line)  one logical line to a Statement
//	Parse(text)      a whole file: every statement and every fault of it
//	Print(stmt)      a Statement as crmsh lays it out, folded with backslashes
//
// A Statement is one of Node, Primitive, Group, Clone, Bundle, Location,
// Colocation, Order, Ticket, Property, Fencing, Tag, Role, User, Target,
// Alert, Monitor and XML. Each has a file of its own with its grammar in
// participle's tags; the parts that statements share (attribute sets, rules,
// resource sets, scores, name=value words) parse themselves and have a file
// each too.
//
// A fault is an *Error: where, the word, what was expected, and the known
// word it resembles. Incomplete says that more text could still make it right.
//
// The words of the package are those of Pacemaker's manual and of crmsh's
// (crm(8), section "Configuration"); old spellings are kept where the text
// must come back as it was typed.
package grammar
