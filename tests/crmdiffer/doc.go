// Command crmdiffer draws lines of the configure language at random and gives
// them to both crmsh and the crm of this binary. What the two disagree about
// (taken or refused, the XML with its ids, the text printed of it) is told
// with the fewest words that still show it; and that our own text makes the
// same XML again is counted too.
//
//	crmdiffer -n 500 -from 1      so many seeds; the agreement by statement
//	crmdiffer -seed 17            one seed, and all that differs
//	crmdiffer -corpus FILE        lines of a corpus, mistyped and reordered
//	crmdiffer -file LINES         cases from a file, one a line, ";;" between lines
//
// A seed always draws the same lines. The peer is crmsh 4.4.1; where it is not
// followed, known.go says so.
package main
