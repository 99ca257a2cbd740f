// Command differ draws clusters at random and asks both crm_simulate of this
// binary and the one of Debian's pacemaker-cli-utils what they would do. What
// the two disagree about is made as small as possible and told.
//
//	differ -n 1000 -from 1            so many seeds; the agreement by feature
//	differ -seed 17 -shrink DIR       one seed, its smallest form into DIR
//	differ -mutate DIR                changes CIBs of a folder a little: a score, a failure, a node; "drawn" for drawn ones
//
// A seed always draws the same cluster. The peer is Pacemaker 2.1.5; where it
// decides otherwise than today's Pacemaker does, known.go says so.
package main
