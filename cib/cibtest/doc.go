// Package cibtest builds and compares CIBs for tests.
package cibtest
