"""Recordings: the sound of a Space, from the files that the gateway writes to a replay."""
