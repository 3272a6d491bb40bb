"""Doors for programs: what all of them stand on, and those about people."""
