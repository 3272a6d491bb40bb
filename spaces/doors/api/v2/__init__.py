"""Serve Spaces in the shapes of X's API v2."""
