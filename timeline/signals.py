"""What posts announce, always after the commit. Receivers must not raise and must not block."""

from django.dispatch import Signal

posted = Signal()
"""A post, reply, quote or repost was written: `post_id: int`."""

liked = Signal()
"""`post_id: int`, `user_id: int` of who likes it."""
