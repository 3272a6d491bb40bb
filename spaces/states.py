"""Every status and role of a Space, with the tables of allowed moves."""

from django.db.models import TextChoices

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
    HOST_ENDED = "host_ended", "The host ended the Space."
    HOST_GONE = "host_gone", "The host lost the connection and did not come back."
    TOO_LONG = "too_long", "The Space reached its maximum length."
    OPERATOR = "operator", "The Space was ended by an operator of this site."
    HOST_CANCELED = "host_canceled", "The host canceled the Space."
    NEVER_STARTED = "never_started", "The host did not start the Space."


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

    EVERYONE = "everyone", "Everyone"
    FOLLOWED = "followed", "People you follow"
    INVITED = "invited", "Only people you invite"


class Emoji(TextChoices):
    """The emoji that people may react with. The label is the name of the emoji."""

    HEART = "\u2764\ufe0f", "Heart"
    LAUGH = "\U0001f602", "Laughter"
    CLAP = "\U0001f44f", "Applause"
    FIRE = "\U0001f525", "Fire"
    HUNDRED = "\U0001f4af", "Hundred"
    SURPRISE = "\U0001f62e", "Surprise"
    FIST = "\u270a", "Raised fist"
    THUMB = "\U0001f44d", "Thumbs up"


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
    UPDATED = "updated"
    REPORTED = "reported"
    FLAGGED = "flagged"
    DECIDED = "decided"
    LISTENED_IN = "listened_in"


MODERATORS_READ = frozenset({LogKind.REPORTED, LogKind.FLAGGED, LogKind.DECIDED, LogKind.LISTENED_IN})
"""The kinds of log entries for moderators only: a host must not learn that a participant made a report."""


class Subject(TextChoices):
    """The kinds of things that a report is about."""

    SPACE = "space"
    PERSON = "person"
    CAPTION = "caption"


class ReportReason(TextChoices):
    MISHEARD = "misheard", "This is not what was said"
    ABUSE = "abuse", "Harassment or abuse"
    HATE = "hate", "Hate"
    VIOLENCE = "violence", "Violence or threats"
    SELF_HARM = "self_harm", "Self-harm or suicide"
    SEXUAL = "sexual", "Sexual content"
    CHILD_SAFETY = "child_safety", "Child safety"
    PRIVACY = "privacy", "Private information"
    IMPERSONATION = "impersonation", "Impersonation"
    SPAM = "spam", "Spam or scam"
    ILLEGAL = "illegal", "Against the law"
    OTHER = "other", "Something else"


OF_CAPTIONS_ONLY = frozenset({ReportReason.MISHEARD})
"""Reasons that make sense only for captions, whose text an engine wrote down."""


class ReportSource(TextChoices):
    PERSON = "person", "A person"
    WORDS = "words", "The word list"


class ReportState(TextChoices):
    OPEN = "open"
    DECIDED = "decided"


REPORT_MOVES = Moves(ReportState, {ReportState.OPEN: {ReportState.DECIDED}, ReportState.DECIDED: set()})


class Verdict(TextChoices):
    """The verdicts of moderators. The label is what the person concerned is told."""

    NO_ACTION = "no_action", "No action was taken."
    WARN = "warn", "You were warned."
    REMOVE = "remove", "You were removed from a Space."
    END = "end", "Your Space was ended."
    REDACT = "redact", "Your content was taken down."
    SUSPEND_HOSTING = "suspend_hosting", "You were suspended from hosting."
    SUSPEND_SPEAKING = "suspend_speaking", "You were suspended from speaking and hosting."
    SUSPEND_ENTIRELY = "suspend_entirely", "Your account was suspended."
    REINSTATE = "reinstate", "Your suspension was lifted."
    UPHOLD = "uphold", "Your appeal was rejected. The decision stands."
    REVERSE = "reverse", "Your appeal was granted. The decision was reversed."


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
