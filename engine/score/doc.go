// Package score is the arithmetic of scores: integers with infinities.
package score
