"""Serve broadcasting software over WHIP (RFC 9725): HTTP requests that exchange SDP, and nothing else."""
