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

recording_changed = Signal()
"""The host changed a recording: `recording_id: int`, `what: str` (`cut`, `title`, `shown`, `hidden`, `listed`,
`unlisted`, `kept`, `clips_on`, `clips_off`)."""

export_requested = Signal()
"""The files for download of a replay are to be made: `export_id: int`, `version: int`."""

recording_exported = Signal()
"""The files for download of a replay were made: `recording_id: int`."""

clip_requested = Signal()
"""The file of a clip is to be made: `clip_id: int`."""

clips_deleted = Signal()
"""Clips were deleted, and their files can go."""

recording_deleted = Signal()
"""A recording was deleted, and its files can go: `recording_id: int`."""

recording_expires = Signal()
"""A replay expires in three days: `recording_id: int`."""

invited = Signal()
"""A user was invited: `invitation_id: int`."""

space_scheduled = Signal()
"""A Space was scheduled, renamed or moved: `space_id: int`, `moved: bool` (whether its time changed after it was
announced)."""

space_renamed = Signal()
"""A live Space got another title: `space_id: int`."""

reported = Signal()
"""A report, or a flag of the word list, came into the queue: `report_id: int`."""

misheard = Signal()
"""A user reported that a caption is not what was said: `space_id: int`, `caption_id: int`."""

decided = Signal()
"""A moderator decided about a person: `decision_id: int`."""

recording_ready = Signal()
"""A replay became available: `recording_id: int`."""
