"""The reactions of one Space, gathered for a moment: a thousand people clapping become one frame."""

from collections import Counter, deque

from spaces.events import Envelope, Reaction, Reactions

GATHER_SECONDS = 0.25
FACES = 12


class ReactionBatch:
    """The reactions that came in since `hand_out` was last called. All methods are called on one event loop."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._latest: deque[Reaction] = deque(maxlen=FACES)

    def take(self, envelope: Envelope) -> bool:
        """Count a reaction. Return whether it is the first, for which the caller must plan a `hand_out`."""
        is_first = not self._counts
        self._counts[envelope.data] += 1
        for user_id in envelope.to or ():
            self._latest.append(Reaction(str(user_id), envelope.data))
        return is_first

    def hand_out(self) -> Reactions:
        """Return what came in as one event, and start again from nothing."""
        told = Reactions(counts=dict(self._counts), people=list(self._latest))
        self._counts.clear()
        self._latest.clear()
        return told
