from spaces.models.append_only import AppendOnlyError
from spaces.models.broadcast import BroadcastKey
from spaces.models.clip import Clip
from spaces.models.export import Export
from spaces.models.invitation import Invitation, Reminder
from spaces.models.log import LogEntry
from spaces.models.moderation.decision import Appeal, Decision
from spaces.models.moderation.report import TEXT_LENGTH, Report
from spaces.models.moderation.word import FlaggedWord
from spaces.models.participant import Participant
from spaces.models.podcast import Podcast
from spaces.models.reactions import ReactionCounts
from spaces.models.recording import Incarnation, Recording, RecordingConsent, SpokenTurn, Stretch
from spaces.models.request import SpeakRequest
from spaces.models.space import TITLE_LENGTH, Space
from spaces.models.topic import Topic

__all__ = [
    "TEXT_LENGTH",
    "TITLE_LENGTH",
    "Appeal",
    "AppendOnlyError",
    "BroadcastKey",
    "Clip",
    "Decision",
    "Export",
    "FlaggedWord",
    "Incarnation",
    "Invitation",
    "LogEntry",
    "Participant",
    "Podcast",
    "ReactionCounts",
    "Recording",
    "RecordingConsent",
    "Reminder",
    "Report",
    "Space",
    "SpeakRequest",
    "SpokenTurn",
    "Stretch",
    "Topic",
]
