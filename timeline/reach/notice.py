"""One thing that people are told, in the words of a notification and of a mail."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from django.urls import reverse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _

from accounts.models import User
from accounts.site import site
from spaces.models import Space
from timeline.models import Message, NotificationKind, Post
from timeline.reach.kinds import Kind

BODY_LENGTH = 200
AN_HOUR, A_DAY = 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Notice:
    """`url` is a path of this site. A later notice with the same `tag` replaces the earlier one on the screen.

    `title` and `does` are in English: `in_words` translates them for each reader. They may name `{name}`, `{does}` and
    `{site}`, the name of the site. `seconds` is how long a push service keeps the notice for a device that is off.
    """

    kind: str
    title: str
    body: str
    url: str
    tag: str
    seconds: int
    name: str = ""
    does: str = ""

    def packed(self) -> dict[str, Any]:
        """Return the notice as JSON for the queue."""
        return asdict(self)

    def in_words(self) -> str:
        """Return the title in the active language."""
        does = gettext(self.does) if self.does else ""
        return gettext(self.title).format(name=self.name, does=does, site=site().name)

    @classmethod
    def unpacked(cls, packed: dict[str, Any]) -> Self:
        return cls(**packed)


def live(space: Space) -> Notice:
    return _of_space(Kind.LIVE, space, _("{name} is live"), name=space.host.name)


def asked(space: Space, person: User) -> Notice:
    """Return the notice for the host. All requests of a Space share a tag: one line says that people wait."""
    title, tag = _("{name} asks to speak"), f"asked:{space.public_id}"
    return Notice(Kind.ASKED, title, space.display_title, _room(space), tag, AN_HOUR, name=person.name)


def message(sent: Message) -> Notice:
    """Return the notice of a message. Its text goes to the browser encrypted; a mail leaves it out."""
    sender, path = sent.sender, reverse("thread", args=[sent.sender.username])
    tag = f"message:{sender.pk}"
    return Notice(Kind.MESSAGE, "{name}", sent.text[:BODY_LENGTH], path, tag, A_DAY, name=sender.name)


def of_notification(kind: NotificationKind, actor: User, space: Space | None, post: Post | None) -> Notice | None:
    """Return the notice of a notification, or None if it is not about a Space or a post that still exists."""
    if space is not None:
        if kind == NotificationKind.SPACE_STARTED:
            return _of_space(Kind.REMINDER, space, _("The Space you were waiting for begins"))
        if kind == NotificationKind.RECORDING_EXPIRES:
            return _expires(space)
        return _of_space(Kind.INVITED, space, "{name} {does}", name=actor.name, does=_english(kind))
    if post is not None:
        return Notice(
            Kind.MENTION, "{name} {does}", post.text[:BODY_LENGTH], post.get_absolute_url(),
            f"post:{post.pk}", A_DAY, name=actor.name, does=_english(kind),
        )  # fmt: skip
    return None


def decision(decision_id: int) -> Notice:
    """Return the notice of a decision. It says nothing more: others may see the screen of a locked phone."""
    title = _("Moderators made a decision about your account")
    return Notice(Kind.DECISION, title, "", reverse("decision", args=[decision_id]), f"decision:{decision_id}", A_DAY)


def trial() -> Notice:
    """Return the notice of the test button."""
    title, body = _("It works"), _("Notifications of this site look like this.")
    return Notice("test", title, body, reverse("notification_settings"), "test", 60)


def _english(kind: NotificationKind) -> str:
    """Return what the actor did as it stands in the code, for `in_words` to translate."""
    with override(None):
        return str(kind.label)


def _of_space(kind: Kind, space: Space, title: str, *, name: str = "", does: str = "") -> Notice:
    # The same tag for all kinds: a follower with a reminder gets one notification, not two.
    tag = f"space:{space.public_id}"
    return Notice(kind, title, space.display_title, _room(space), tag, AN_HOUR, name=name, does=does)


def _expires(space: Space) -> Notice:
    title, tag = _("Your recording will be deleted soon"), f"recording:{space.public_id}"
    return Notice(Kind.RECORDING, title, space.display_title, reverse("recordings"), tag, A_DAY)


def _room(space: Space) -> str:
    """Return the path that opens the page of the Space and enters the room."""
    return f"{space.get_absolute_url()}?join=1"
