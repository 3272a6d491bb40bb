"""Every state of a consent and of an utterance, with the tables of allowed moves."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from spaces_project.common.tables import Moves


class ConsentState(TextChoices):
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class UtteranceState(TextChoices):
    OPEN = "open", _("Being spoken")
    WAITING = "waiting", _("Waiting for the engine")
    RUNNING = "running", _("With the engine")
    FINAL = "final", _("Final")
    FAILED = "failed", _("Failed")
    DROPPED = "dropped", _("Dropped")


UTTERANCE_MOVES = Moves(
    UtteranceState,
    {
        UtteranceState.OPEN: {UtteranceState.WAITING, UtteranceState.FINAL, UtteranceState.DROPPED},
        UtteranceState.WAITING: {UtteranceState.RUNNING, UtteranceState.DROPPED},
        UtteranceState.RUNNING: {
            UtteranceState.FINAL,
            UtteranceState.WAITING,
            UtteranceState.FAILED,
            UtteranceState.DROPPED,
        },
        UtteranceState.FINAL: {UtteranceState.WAITING},
        UtteranceState.FAILED: {UtteranceState.WAITING, UtteranceState.DROPPED},
        UtteranceState.DROPPED: set(),
    },
)

UNFINISHED = frozenset({UtteranceState.OPEN, UtteranceState.WAITING, UtteranceState.RUNNING})


class Source(TextChoices):
    """The engine that turns a voice into text."""

    SERVER = "server", _("An engine of this site")
    BROWSER = "browser", _("The speaker's own browser")
