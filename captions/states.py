"""Every state of a consent and of an utterance, with the tables of allowed moves."""

from django.db.models import TextChoices

from spaces_project.common.tables import Moves


class ConsentState(TextChoices):
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class UtteranceState(TextChoices):
    OPEN = "open", "Being spoken"
    WAITING = "waiting", "Waiting for the engine"
    RUNNING = "running", "With the engine"
    FINAL = "final", "Final"
    FAILED = "failed", "Failed"
    DROPPED = "dropped", "Dropped"


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
    """Who turns a voice into text."""

    SERVER = "server", "An engine of this site"
    BROWSER = "browser", "The speaker's own browser"
