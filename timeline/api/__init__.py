"""The REST API of the timeline. `v2` follows X's contract; `v1` has what X never had."""
