"""The signals of posts, always sent after the commit. Receivers must not raise and must not block."""

from django.dispatch import Signal

posted = Signal()
"""A post, reply, quote or repost was written. Argument: `post_id: int`."""

liked = Signal()
"""A post was liked. Arguments: `post_id: int`, and `user_id: int` of the user who likes it."""
