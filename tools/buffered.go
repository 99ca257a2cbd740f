package tools

import (
	"bufio"
	"io"
)

// buffered gathers what is written to standard output until it fills a buffer,
// or until flush: a report of many lines would cost a call of the kernel for
// each. What goes to standard error comes behind what was written before it.
func buffered(std Streams) (gathered Streams, flush func() error) {
	out := bufio.NewWriterSize(std.Out, 8<<10)
	return Streams{In: std.In, Out: out, Err: &behind{out, std.Err}}, out.Flush
}

// behind writes what others gathered first.
type behind struct {
	others *bufio.Writer
	to     io.Writer
}

// Write writes what the others gathered, and then the text.
func (b *behind) Write(text []byte) (int, error) {
	b.others.Flush() // an error there is told by the last flush
	return b.to.Write(text)
}
