// Package rule evaluates rules: expressions over attributes, dates, operations
// and resources. Time is an argument.
package rule
