// Package stonith runs fence agents.
package stonith
