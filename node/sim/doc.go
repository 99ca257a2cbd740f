// Package sim runs many members in one made-up world from one seed, for tests.
package sim
