"""What the services announce, always after the commit. Receivers must not raise and must not block."""

from django.dispatch import Signal

utterance_waits = Signal()
"""An utterance waits for the engine: `utterance_id: int`."""

interim_heard = Signal()
"""Somebody is still speaking and more of it was heard: `utterance_id: int`, `revision: int`."""
