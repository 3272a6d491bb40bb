"""Redaction: taking down what a person wrote, and putting it back when that was wrong. The decision keeps the old
text."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts import services as accounts
from spaces.models import Report
from spaces.moderation import evidence
from spaces.services import clips
from spaces.services.space_change import space_change
from spaces.states import LogKind, Subject
from spaces_project.common.errors import Conflict

if TYPE_CHECKING:
    from accounts.models import User

Words = dict[str, Any]

LINES = frozenset({Subject.CAPTION, Subject.COMMENT})
"""Subjects that are one line of a Space."""


def redact(report: Report, *, user: "User", reason: str) -> tuple[Words, Words]:
    """Take down the text that the report is about, and return `(before, after)`. Errors: `nothing_to_redact`,
    `not_found`."""
    if report.subject in LINES and report.space_id is not None and report.caption_id is not None:
        return _redact_line(report.subject, report.space_id, report.caption_id, user, reason)
    if report.subject == Subject.CLIP:
        return _redact_clip(report)
    if report.subject == Subject.POST:
        return _redact_post(report)
    if report.subject == Subject.SPACE and report.space is not None:
        return retitle(public_id=report.space.public_id, title="")
    if report.person is not None:
        return _redact_profile(report.person)
    raise nothing()


def put_back(report: Report, before: Words) -> None:
    """Put the old text back. Text that the person has written anew meanwhile is left alone."""
    if "caption" in before and report.space_id is not None and report.caption_id is not None:
        source, line = evidence.line_of(report.subject, space_id=report.space_id, line_id=report.caption_id)
        source.restore(line_id=line.id)
    elif "clip" in before and report.clip_id is not None:
        clips.take_down(clip_id=report.clip_id, taken_down=False)
    elif "post" in before and report.post_id is not None:
        evidence.posts().take_down(post_id=report.post_id, taken_down=False)
    elif "title" in before and report.space is not None and not report.space.title:
        retitle(public_id=report.space.public_id, title=before["title"])
    elif "name" in before and report.person is not None and not report.person.display_name:
        person = report.person
        bio = person.bio or before["bio"]
        accounts.update_profile(
            user=person, display_name=before["name"], bio=bio, protected=person.protected, as_operator=True
        )


def retitle(*, public_id: str, title: str) -> tuple[Words, Words]:
    """Change the title of the Space, and return `(before, after)`. Everyone in the Space sees it at once. Error:
    `nothing_to_redact` if the title is the same."""
    with space_change(public_id) as change:
        before = change.space.title
        if before == title:
            raise nothing()
        change.space.title = title
        change.space.save(update_fields=["title"])
        change.log(LogKind.UPDATED, actor=None, reason="title")
        change.space_changed()
        change.bubble_changed()
    return {"title": before}, {"title": title}


def _redact_line(subject: str, space_id: int, line_id: int, user: "User", reason: str) -> tuple[Words, Words]:
    source, line = evidence.line_of(subject, space_id=space_id, line_id=line_id)
    if not line.text:
        raise nothing()
    source.redact(line_id=line.id, user=user, reason=reason)
    return {"caption": line.text}, {"caption": ""}


def _redact_clip(report: Report) -> tuple[Words, Words]:
    clip = clips.take_down(clip_id=report.clip_id or 0, taken_down=True)
    if clip is None:  # it was deleted meanwhile
        raise nothing()
    return {"clip": clip.public_id}, {"clip": ""}


def _redact_post(report: Report) -> tuple[Words, Words]:
    post_id = report.post_id or 0
    if not evidence.posts().take_down(post_id=post_id, taken_down=True):  # it was deleted, or taken down, meanwhile
        raise nothing()
    return {"post": str(post_id)}, {"post": ""}


def _redact_profile(person: "User") -> tuple[Words, Words]:
    before = {"name": person.display_name, "bio": person.bio, "avatar": person.avatar.name or ""}
    if not any(before.values()):
        raise nothing()
    accounts.update_profile(user=person, display_name="", bio="", protected=person.protected, as_operator=True)
    accounts.remove_avatar(user=person)
    return before, {"name": "", "bio": "", "avatar": ""}


def nothing() -> Conflict:
    """Return the error for a redaction that would change nothing."""
    return Conflict("nothing_to_redact", _("There is nothing left to take down."))
