"""The signals that this app sends to the apps above it, always after the commit. Receivers must not raise or block."""

from django.dispatch import Signal

stage_changed = Signal()
"""The microphones in the mixer changed: `space_id: int`. The audio follows."""

space_started = Signal()
"""A Space went live: `space_id: int`."""

asked_to_speak = Signal()
"""A listener asked for the microphone: `space_id: int`, `user_id: int`."""

space_over = Signal()
"""A Space was ended or canceled: `space_id: int`."""

invited = Signal()
"""A user was invited: `invitation_id: int`."""

space_scheduled = Signal()
"""A Space was scheduled, renamed or moved: `space_id: int`, `moved: bool` (whether its time changed after it was
announced)."""

reported = Signal()
"""A report, or a flag of the word list, came into the queue: `report_id: int`."""

misheard = Signal()
"""A user reported that a caption is not what was said: `space_id: int`, `caption_id: int`."""

decided = Signal()
"""A moderator decided about a person: `decision_id: int`."""
