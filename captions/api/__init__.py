"""Doors for programs: what was said, and whether one's own words may be captioned."""
