"""The signals that the services send, always after the commit. Receivers must not raise or block."""

from django.dispatch import Signal

utterance_waits = Signal()
"""An utterance waits for the engine: `utterance_id: int`."""

interim_heard = Signal()
"""More was heard of a person who is still speaking: `utterance_id: int`, `revision: int`."""
