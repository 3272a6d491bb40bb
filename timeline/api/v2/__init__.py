"""Posts in the shape of X's API v2."""
