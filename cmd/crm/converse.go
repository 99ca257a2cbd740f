package main

import (
	"context"
	"errors"

	"crm/shell"
)

func converse(ctx context.Context, s *shell.Session, o options) error {
	return errors.New("the interactive shell is not built yet")
}
