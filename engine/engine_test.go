package engine

import (
	"errors"
	"testing"

	"crm/cib"
)

func TestACIBNeedsAConfiguration(t *testing.T) {
	doc, err := cib.Parse([]byte(`<cib><status/></cib>`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(Input{CIB: doc}); !errors.Is(err, ErrNoConfiguration) {
		t.Fatalf("got %v, expected %v", err, ErrNoConfiguration)
	}
}
