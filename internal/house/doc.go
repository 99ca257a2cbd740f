// Package house holds the rules of the house as tests.
package house
