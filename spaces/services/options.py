"""The options that a host chooses for a Space, beside its title."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from spaces.models import Topic
from spaces.states import SpeakPolicy
from spaces_project.common.errors import BadInput

MOST_TOPICS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceOptions:
    """The options of one Space. `topics`: up to three ids of `Topic`."""

    speak_policy: str = SpeakPolicy.EVERYONE.value
    captions_allowed: bool = True
    accounts_only: bool = False
    recording_wanted: bool = False
    topics: Sequence[int] = ()


def checked_topics(options: SpaceOptions) -> list[Topic]:
    """Return the topics, after checking the options. Raise `bad_policy` or `bad_topics`."""
    if options.speak_policy not in SpeakPolicy.values:
        raise BadInput("bad_policy", _("Choose everyone, followed or invited."))
    topics = list(Topic.objects.filter(pk__in=options.topics[: MOST_TOPICS + 1]))
    if len(topics) != len(set(options.topics)) or len(topics) > MOST_TOPICS:
        raise BadInput(
            "bad_topics",
            _("Choose up to {limit} topics from the list.").format(limit=MOST_TOPICS),
            limit=MOST_TOPICS,
        )
    return topics
