"""The signals of posts, always sent after the commit. Receivers must not raise and must not block."""

from django.dispatch import Signal

posted = Signal()
"""A post, reply, quote or repost was written. Argument: `post_id: int`."""

edited = Signal()
"""The text of a post was changed. Argument: `post_id: int`."""

notified = Signal()
"""Users got a notification. Arguments: `kind: str`, `user_ids: list[int]`, `actor_id: int`, `space_id`, `post_id` and
`decision_id` (each an int or None)."""

messaged = Signal()
"""A message was sent. Argument: `message_id: int`."""

liked = Signal()
"""A post was liked. Arguments: `post_id: int`, and `user_id: int` of the user who likes it."""
