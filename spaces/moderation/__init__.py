"""Moderation: reports and decisions, the evidence for them, and what is kept, exported and deleted."""
