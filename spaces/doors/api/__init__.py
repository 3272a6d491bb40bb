"""Serve programs over HTTP. `v2` has the reads of X's API; `v1` has what X's API never had."""
