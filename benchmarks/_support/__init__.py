"""Helpers shared by the benchmarks. The product does not use or import them."""
