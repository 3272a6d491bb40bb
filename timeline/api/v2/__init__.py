"""Posts as X's API v2 has them."""
