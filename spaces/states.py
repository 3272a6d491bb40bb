"""Every status and role of a Space, with the tables of allowed moves."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from spaces_project.common.tables import Moves


class SpaceState(TextChoices):
    SCHEDULED = "scheduled"
    LIVE = "live"
    ENDED = "ended"
    CANCELED = "canceled"


SPACE_MOVES = Moves(
    SpaceState,
    {
        SpaceState.SCHEDULED: {SpaceState.LIVE, SpaceState.CANCELED},
        SpaceState.LIVE: {SpaceState.ENDED},
        SpaceState.ENDED: set(),
        SpaceState.CANCELED: set(),
    },
)


class EndReason(TextChoices):
    HOST_ENDED = "host_ended", _("The host ended the Space.")
    HOST_GONE = "host_gone", _("The host lost the connection and did not come back.")
    TOO_LONG = "too_long", _("The Space reached its maximum length.")
    OPERATOR = "operator", _("The Space was ended by an operator of this site.")
    HOST_CANCELED = "host_canceled", _("The host canceled the Space.")
    NEVER_STARTED = "never_started", _("The host did not start the Space.")


class Role(TextChoices):
    HOST = "host"
    COHOST = "cohost"
    SPEAKER = "speaker"
    LISTENER = "listener"


ROLE_MOVES = Moves(
    Role,
    {
        Role.HOST: {Role.COHOST, Role.SPEAKER, Role.LISTENER},
        Role.COHOST: {Role.HOST, Role.SPEAKER, Role.LISTENER},
        Role.SPEAKER: {Role.COHOST, Role.LISTENER},
        Role.LISTENER: {Role.SPEAKER, Role.COHOST},
    },
)

MOST_COHOSTS = 2

MIC_ROLES = frozenset({Role.HOST, Role.COHOST, Role.SPEAKER})
MANAGER_ROLES = frozenset({Role.HOST, Role.COHOST})


class SpeakPolicy(TextChoices):
    """The people who may ask for a microphone."""

    EVERYONE = "everyone", _("Everyone")
    FOLLOWED = "followed", _("People you follow")
    INVITED = "invited", _("Only people you invite")


class Emoji(TextChoices):
    """The emoji that people may react with. The label is the name of the emoji."""

    HEART = "\u2764\ufe0f", _("Heart")
    LAUGH = "\U0001f602", _("Laughter")
    CLAP = "\U0001f44f", _("Applause")
    FIRE = "\U0001f525", _("Fire")
    HUNDRED = "\U0001f4af", _("Hundred")
    SURPRISE = "\U0001f62e", _("Surprise")
    FIST = "\u270a", _("Raised fist")
    THUMB = "\U0001f44d", _("Thumbs up")


class RequestState(TextChoices):
    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    CANCELED = "canceled"


REQUEST_MOVES = Moves(
    RequestState,
    {
        RequestState.PENDING: {RequestState.APPROVED, RequestState.DECLINED, RequestState.CANCELED},
        RequestState.APPROVED: set(),
        RequestState.DECLINED: set(),
        RequestState.CANCELED: set(),
    },
)


class LogKind(TextChoices):
    """The kinds of entries in the log of a Space. Entries are appended and never changed."""

    CREATED = "created"
    STARTED = "started"
    ENDED = "ended"
    CANCELED = "canceled"
    JOINED = "joined"
    LEFT = "left"
    LOST = "lost"
    HOST_LOST = "host_lost"
    HOST_BACK = "host_back"
    REQUESTED = "requested"
    REQUEST_CANCELED = "request_canceled"
    APPROVED = "approved"
    DECLINED = "declined"
    MUTED = "muted"
    UNMUTED = "unmuted"
    MUTED_ALL = "muted_all"
    MIC_TAKEN = "mic_taken"
    STEPPED_DOWN = "stepped_down"
    COHOST_INVITED = "cohost_invited"
    COHOST_WITHDRAWN = "cohost_withdrawn"
    COHOST_ACCEPTED = "cohost_accepted"
    COHOST_DECLINED = "cohost_declined"
    ACTING_HOST = "acting_host"
    HANDED_OVER = "handed_over"
    REMOVED = "removed"
    BLOCKED = "blocked"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    GUESTS_OUT = "guests_out"
    GUESTS_IN = "guests_in"
    INVITED = "invited"
    MIC_ACCEPTED = "mic_accepted"
    POLICY_CHANGED = "policy_changed"
    CAPTIONS_GIVEN = "captions_given"
    CAPTIONS_REFUSED = "captions_refused"
    CAPTIONS_WITHDRAWN = "captions_withdrawn"
    LANGUAGE_CHANGED = "language_changed"
    CAPTION_REDACTED = "caption_redacted"
    COMMENT_REMOVED = "comment_removed"
    COMMENTS_ON = "comments_on"
    COMMENTS_OFF = "comments_off"
    UPDATED = "updated"
    RENAMED = "renamed"
    REPORTED = "reported"
    FLAGGED = "flagged"
    DECIDED = "decided"
    LISTENED_IN = "listened_in"
    RECORDING_STARTED = "recording_started"
    RECORDING_STOPPED = "recording_stopped"
    RECORDING_AGREED = "recording_agreed"
    RECORDING_CHANGED = "recording_changed"
    RECORDING_DELETED = "recording_deleted"
    RECORDING_HEARD = "recording_heard"
    CLIP_MADE = "clip_made"
    CLIP_DELETED = "clip_deleted"


MODERATORS_READ = frozenset(
    {LogKind.REPORTED, LogKind.FLAGGED, LogKind.DECIDED, LogKind.LISTENED_IN, LogKind.RECORDING_HEARD}
)
"""The kinds of log entries for moderators only: a host must not learn that a participant made a report."""


class Subject(TextChoices):
    """The kinds of things that a report is about."""

    SPACE = "space"
    PERSON = "person"
    CAPTION = "caption"
    COMMENT = "comment"
    CLIP = "clip"
    POST = "post"


class ReportReason(TextChoices):
    MISHEARD = "misheard", _("This is not what was said")
    ABUSE = "abuse", _("Harassment or abuse")
    HATE = "hate", _("Hate")
    VIOLENCE = "violence", _("Violence or threats")
    SELF_HARM = "self_harm", _("Self-harm or suicide")
    SEXUAL = "sexual", _("Sexual content")
    CHILD_SAFETY = "child_safety", _("Child safety")
    PRIVACY = "privacy", _("Private information")
    IMPERSONATION = "impersonation", _("Impersonation")
    SPAM = "spam", _("Spam or scam")
    ILLEGAL = "illegal", _("Against the law")
    OTHER = "other", _("Something else")


OF_CAPTIONS_ONLY = frozenset({ReportReason.MISHEARD})
"""Reasons that make sense only for captions, whose text an engine wrote down."""


class ReportSource(TextChoices):
    PERSON = "person", _("A person")
    WORDS = "words", _("The word list")


class ReportState(TextChoices):
    OPEN = "open"
    DECIDED = "decided"


REPORT_MOVES = Moves(ReportState, {ReportState.OPEN: {ReportState.DECIDED}, ReportState.DECIDED: set()})


class Verdict(TextChoices):
    """The verdicts of moderators. The label is what the person concerned is told."""

    NO_ACTION = "no_action", _("No action was taken.")
    WARN = "warn", _("You were warned.")
    REMOVE = "remove", _("You were removed from a Space.")
    END = "end", _("Your Space was ended.")
    REDACT = "redact", _("Your content was taken down.")
    SUSPEND_HOSTING = "suspend_hosting", _("You were suspended from hosting.")
    SUSPEND_SPEAKING = "suspend_speaking", _("You were suspended from speaking and hosting.")
    SUSPEND_ENTIRELY = "suspend_entirely", _("Your account was suspended.")
    REINSTATE = "reinstate", _("Your suspension was lifted.")
    UPHOLD = "uphold", _("Your appeal was rejected. The decision stands.")
    REVERSE = "reverse", _("Your appeal was granted. The decision was reversed.")


class AppealState(TextChoices):
    OPEN = "open"
    UPHELD = "upheld"
    REVERSED = "reversed"


APPEAL_MOVES = Moves(
    AppealState,
    {
        AppealState.OPEN: {AppealState.UPHELD, AppealState.REVERSED},
        AppealState.UPHELD: set(),
        AppealState.REVERSED: set(),
    },
)


class RecordingState(TextChoices):
    RECORDING = "recording"
    PAUSED = "paused"
    """The host, or the site, stopped it while the Space is live. It may go on."""
    FINISHING = "finishing"
    """The Space is over, and the last seconds are being packed."""
    READY = "ready"
    FAILED = "failed"
    """There is no sound that could be played."""
    DELETED = "deleted"


RECORDING_MOVES = Moves(
    RecordingState,
    {
        RecordingState.RECORDING: {RecordingState.PAUSED, RecordingState.FINISHING, RecordingState.DELETED},
        RecordingState.PAUSED: {RecordingState.RECORDING, RecordingState.FINISHING, RecordingState.DELETED},
        RecordingState.FINISHING: {RecordingState.READY, RecordingState.FAILED, RecordingState.DELETED},
        RecordingState.READY: {RecordingState.FINISHING, RecordingState.DELETED},
        RecordingState.FAILED: {RecordingState.FINISHING, RecordingState.DELETED},
        RecordingState.DELETED: set(),
    },
)


class ExportState(TextChoices):
    """Files that workers make of a replay: those for download, and clips."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


EXPORT_MOVES = Moves(
    ExportState,
    {
        ExportState.WAITING: {ExportState.WAITING, ExportState.RUNNING, ExportState.FAILED},
        # A worker may die: another one runs it again.
        ExportState.RUNNING: {ExportState.WAITING, ExportState.RUNNING, ExportState.READY, ExportState.FAILED},
        ExportState.READY: {ExportState.WAITING},
        ExportState.FAILED: {ExportState.WAITING},
    },
)


class StopReason(TextChoices):
    """Why a recording does not go on."""

    HOST = "host", _("The host stopped the recording.")
    ENDED = "ended", _("The Space ended.")
    DISK_FULL = "disk_full", _("The recording stopped: the site has no room left for it.")
    QUOTA = "quota", _("The recording stopped: the host has used up the space for recordings.")
    NOT_WRITABLE = "not_writable", _("The recording stopped: its file could not be written.")
    NO_SOUND = "no_sound", _("Nothing was recorded.")
