"""A rehearsal of a whole installation on a blank server: `make test-install`."""
