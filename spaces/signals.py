"""What this app announces to those above it, always after the commit. Receivers must not raise and must not block."""

from django.dispatch import Signal

stage_changed = Signal()
"""Who is in the mixer, or how, changed: `space_id: int`. The audio follows."""

space_started = Signal()
"""`space_id: int`."""

space_over = Signal()
"""Ended or canceled: `space_id: int`."""

invited = Signal()
"""Somebody was asked in: `invitation_id: int`."""

space_scheduled = Signal()
"""A Space was scheduled, renamed or moved: `space_id: int`, `moved: bool` (to another time than people knew)."""

reported = Signal()
"""A report, or a flag, came to the queue: `report_id: int`."""

misheard = Signal()
"""Somebody says that a caption is not what was said: `space_id: int`, `caption_id: int`."""

decided = Signal()
"""A moderator decided about somebody: `decision_id: int`."""
