"""Doors for programs: `v2` is X's contract, `v1` what X never had."""
