"""What benchmarks share. Nothing here is part of the product, and the product imports nothing of it."""
