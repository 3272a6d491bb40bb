from spaces.models.append_only import AppendOnlyError
from spaces.models.decision import Appeal, Decision
from spaces.models.invitation import Invitation, Reminder
from spaces.models.log import LogEntry
from spaces.models.participant import Participant
from spaces.models.report import TEXT_LENGTH, Report
from spaces.models.request import SpeakRequest
from spaces.models.space import TITLE_LENGTH, Space
from spaces.models.topic import Topic
from spaces.models.word import FlaggedWord

__all__ = [
    "TEXT_LENGTH",
    "TITLE_LENGTH",
    "Appeal",
    "AppendOnlyError",
    "Decision",
    "FlaggedWord",
    "Invitation",
    "LogEntry",
    "Participant",
    "Reminder",
    "Report",
    "Space",
    "SpeakRequest",
    "Topic",
]
