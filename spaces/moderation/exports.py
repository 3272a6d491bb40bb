"""Exports of a Space or of an account, as rows ready for JSON. Apps above add sections with `register`."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder

from spaces import selectors
from spaces.models import LogEntry, Participant
from spaces.moderation import evidence
from spaces.states import Subject
from spaces_project.common.threads import in_thread

if TYPE_CHECKING:
    from django.db.models.fields.files import FieldFile

    from accounts.models import User

Row = dict[str, Any]
PAGE = 2000

Section = Callable[["User"], Iterable[Row]]
Pictures = Callable[["User"], Iterable["FieldFile"]]

_sections: dict[str, Section] = {}
_pictures: list[Pictures] = []
_covered: set[str] = set()


def register(name: str, rows: Section) -> None:
    """Add a section to the export of an account. The app that owns it calls this when it is ready."""
    _sections[name] = rows


def register_pictures(pictures: Pictures) -> None:
    """Add files to the export of an account."""
    _pictures.append(pictures)


def cover(source: str) -> None:
    """Note that a section which is no `Rows` contains this `app.Model.field`."""
    _covered.add(source)


def leave_out(reasons: dict[str, str]) -> None:
    """Note each `app.Model.field` that an export leaves out on purpose, with the reason, which owners read."""
    _left_out.update(reasons)


def as_json(value: Any, **options: Any) -> str:
    """Return the value as JSON text, with dates in ISO 8601."""
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, **options)


# --- A Space ----------------------------------------------------------------------------------------------------------


def space_rows(public_id: str) -> Iterator[Row]:
    """Yield the Space, its participants, its log, its captions and its comments, one row each, with the key `type`.
    Raise `NotFound`."""
    space = selectors.get_space(public_id)
    fields = ("title", "state", "created_at", "scheduled_start", "started_at", "ended_at", "end_reason")
    own = {field: getattr(space, field) for field in fields}
    yield {"type": "space", "id": space.public_id, "host": space.host.username} | own
    for participant in space.participants.select_related("user").order_by("id").iterator(PAGE):
        yield {"type": "participant"} | _participant(participant)
    for entry in space.log.select_related("actor", "target").order_by("id").iterator(PAGE):
        yield {"type": "log"} | log_row(entry)
    for source in evidence.sources():
        for line in source.export(space_id=space.pk):
            yield {"type": source.subject.value} | line


def log_row(entry: LogEntry) -> Row:
    """Return a line of the log as a row ready for JSON. People are named by username."""
    return {
        "id": entry.pk,
        "at": entry.at,
        "clock_ms": entry.clock_ms,
        "kind": entry.kind,
        "actor": entry.actor.username if entry.actor else None,
        "target": entry.target.username if entry.target else None,
        "reason": entry.reason,
    }


async def stream_log(space_id: int) -> AsyncIterator[str]:
    """Yield the log as JSON lines, page by page, so that a log of a million entries is never in memory."""
    after = 0
    while entries := await in_thread(_log_page, space_id, after):
        after = entries[-1].pk
        yield "".join(f"{as_json(log_row(entry))}\n" for entry in entries)


def _log_page(space_id: int, after: int) -> list[LogEntry]:
    entries = LogEntry.objects.filter(space=space_id, pk__gt=after)
    return list(entries.select_related("actor", "target").order_by("id")[:PAGE])


def _participant(participant: Participant) -> Row:
    fields = ("role", "spoke", "joined_at", "left_at", "removed_at")
    return {"username": participant.user.username} | {field: getattr(participant, field) for field in fields}


# --- An account -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rows:
    """A section: the rows of a model that name the user in one of its fields. `source` is `app.Model.field`."""

    source: str
    fields: tuple[str, ...]

    def __call__(self, user: "User") -> Iterator[Row]:
        label, _, field = self.source.rpartition(".")
        rows = apps.get_model(label)._base_manager.filter(**{field: user}).order_by("pk")
        yield from rows.values(*self.fields).iterator(PAGE)


def account_rows(user: "User") -> dict[str, list[Row]]:
    """Return everything that the site keeps about a user, for that user: but neither who reported them, nor who
    decided."""
    return {name: [*rows(user)] for name, rows in sections().items()}


def sections() -> dict[str, Section]:
    """Return the sections of an export of an account, by name."""
    return _OWN | _sections


def sources() -> set[str]:
    """Return every `app.Model.field` that an export contains."""
    return _covered | {rows.source for rows in sections().values() if isinstance(rows, Rows)}


def left_out() -> dict[str, str]:
    """Return every other `app.Model.field` that names a user, with the reason why an export does not contain it."""
    return dict(_left_out)


def pictures_of(user: "User") -> Iterator["FieldFile"]:
    """Yield the files that an export contains."""
    if user.avatar:
        yield user.avatar
    for pictures in _pictures:
        yield from pictures(user)


def _profile(user: "User") -> Iterable[Row]:
    fields = ("username", "email", "display_name", "bio", "protected", "language", "date_joined", "last_login")
    image = {"avatar": user.avatar.url if user.avatar else None}
    return [{field: getattr(user, field) for field in fields} | image]


def _lines(subject: Subject) -> Section:
    def rows(user: "User") -> Iterable[Row]:
        own = (source for source in evidence.sources() if source.subject == subject)
        return (line for source in own for line in source.export_of(user_id=user.pk))

    return rows


_SPACE = (
    "public_id", "title", "state", "created_at", "scheduled_start", "started_at", "ended_at", "repeats_weekly",
    "time_zone",
)  # fmt: skip

_OWN: dict[str, Section] = {
    "profile": _profile,
    "addresses": Rows("account.EmailAddress.user", ("email", "verified", "primary")),
    "following": Rows("accounts.Follow.follower", ("followee__username", "created_at")),
    "followers": Rows("accounts.Follow.followee", ("follower__username", "created_at")),
    "mutes": Rows("accounts.Mute.muter", ("muted__username", "created_at")),
    "muted_words": Rows("accounts.MutedWord.user", ("text", "created_at")),
    "blocks": Rows("accounts.Block.blocker", ("blocked__username", "created_at")),
    "spaces": Rows("spaces.Space.creator", _SPACE),
    "spaces_hosted": Rows("spaces.Space.host", _SPACE),
    "recordings": Rows(
        "spaces.Recording.space__host",
        ("space__public_id", "title", "state", "visible", "created_at", "duration_ms", "bytes", "expires_at"),
    ),
    "clips": Rows(
        "spaces.Clip.maker",
        ("public_id", "title", "recording__space__public_id", "starts_ms", "ends_ms", "state", "created_at"),
    ),
    "participations": Rows(
        "spaces.Participant.user", ("space__public_id", "role", "spoke", "joined_at", "left_at", "removed_at")
    ),
    "broadcast_keys": Rows("spaces.BroadcastKey.user", ("space__public_id", "created_at")),
    "recording_consents": Rows("spaces.RecordingConsent.user", ("space__public_id", "version", "at")),
    "podcast": Rows("spaces.Podcast.user", ("guid", "token", "is_on", "is_explicit", "created_at", "changed_at")),
    "turns_spoken": Rows("spaces.SpokenTurn.user", ("space__public_id", "starts_ms", "ends_ms")),
    "requests": Rows("spaces.SpeakRequest.user", ("space__public_id", "state", "created_at", "decided_at")),
    "invitations": Rows("spaces.Invitation.invitee", ("space__public_id", "to_speak", "created_at")),
    "invitations_sent": Rows(
        "spaces.Invitation.inviter", ("space__public_id", "invitee__username", "to_speak", "created_at")
    ),
    "reminders": Rows("spaces.Reminder.user", ("space__public_id", "created_at")),
    "log": Rows("spaces.LogEntry.actor", ("space__public_id", "kind", "at")),
    "reports": Rows(
        "spaces.Report.reporter",
        ("subject", "space__public_id", "person__username", "post_id", "reason", "text", "created_at"),
    ),
    "decisions": Rows("spaces.Decision.target", ("verdict", "space__public_id", "reason", "at")),
    "appeals": Rows("spaces.Appeal.user", ("decision_id", "text", "state", "created_at", "decided_at")),
    "suspensions": Rows("accounts.Suspension.user", ("scope", "until", "created_at", "lifted_at")),
    "captions": _lines(Subject.CAPTION),
    "comments": _lines(Subject.COMMENT),
    "sessions": Rows("usersessions.UserSession.user", ("created_at", "last_seen_at", "ip", "user_agent")),
    "second_factor": Rows("mfa.Authenticator.user", ("type", "created_at", "last_used_at")),
    "apps": Rows("oauth2_provider.Application.user", ("name", "client_id", "client_type", "redirect_uris", "created")),
    "tokens": Rows(
        "oauth2_provider.AccessToken.user", ("application__name", "personal__name", "scope", "created", "expires")
    ),
    "sign_up_invitations": Rows("accounts.SignUpInvitation.inviter", ("uses", "used", "expires_at", "created_at")),
    "webhooks": Rows("accounts.Webhook.owner", ("url", "events", "is_active", "created_at")),
    "exports": Rows("accounts.AccountExport.user", ("asked_at", "state")),
}

_STAFF = "what a member of the staff did: it belongs to the records of the site"
_SECRET = "a secret of a program; its access is listed under tokens"  # noqa: S105 - no password

_left_out: dict[str, str] = {
    "admin.LogEntry.user": _STAFF,
    "spaces.Decision.actor": _STAFF,
    "spaces.FlaggedWord.added_by": _STAFF,
    "spaces.Report.claimed_by": _STAFF,
    "oauth2_provider.Grant.user": _SECRET,
    "oauth2_provider.RefreshToken.user": _SECRET,
    "oauth2_provider.IDToken.user": _SECRET,
    "oauth2_provider.DeviceGrant.user": _SECRET,
    "accounts.RepeatableAnswer.user": "answers to programs, kept for a day in case they are asked for again",
    "accounts.Block.blocked": "who blocked you is their affair",
    "accounts.Mute.muted": "who muted you is their affair",
    "accounts.NameWord.user": "the words of your name, for the search; your name is in the profile",
    "accounts.ClosedAccount.user": "there is none while the account is open",
    "accounts.DemoAccount.user": "a mark of accounts that the demo made",
    "spaces.Report.person": "who reported you is their affair",
    "spaces.LogEntry.target": "what others did in a Space; the outcome is listed under participations",
    "spaces.SpeakRequest.decided_by": "requests of others",
    "spaces.Space.acting_host": "Spaces of others",
}
