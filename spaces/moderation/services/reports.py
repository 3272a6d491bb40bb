"""Reporting Spaces, people, captions, comments, clips and posts: by a user, or by the word list."""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.rules import require_not_suspended
from spaces import selectors
from spaces.events.signals import misheard, reported
from spaces.models import TEXT_LENGTH, Clip, Report, Space
from spaces.moderation import evidence, word_filter
from spaces.moderation.evidence import EvidenceLine, ReportedPost
from spaces.selectors.replays import clip_for
from spaces.selectors.timeline import timeline
from spaces.services.log import append_log
from spaces.services.space_change import user_now
from spaces.states import OF_CAPTIONS_ONLY, LogKind, ReportReason, ReportSource, SpaceState, Subject
from spaces_project.common.errors import BadInput, Conflict, NotFound, Refused
from spaces_project.common.limits import spend
from spaces_project.common.text import clean_text

if TYPE_CHECKING:
    from accounts.models import User

MOST, WINDOW = 10, timedelta(hours=1)


def report_space(*, public_id: str, user: "User", reason: str, text: str = "") -> Report:
    """Report a Space. Errors: `bad_reason`, `too_long`, `own_report`, `already_reported`, `too_many`, `suspended`,
    `not_found`."""
    space = selectors.get_space(public_id)
    draft = Report(subject=Subject.SPACE, space=space, person=space.host)
    return _file(draft, user, reason, text)


def report_person(*, user: "User", person_id: int, reason: str, text: str = "", public_id: str | None = None) -> Report:
    """Report a person. `public_id`: the Space in which it happened. Errors as of `report_space`."""
    person = get_user_model().objects.filter(pk=person_id, is_active=True).first()
    if person is None:
        raise NotFound("not_found", _("This account does not exist."))
    space = selectors.get_space(public_id) if public_id else None
    return _file(Report(subject=Subject.PERSON, space=space, person=person), user, reason, text)


def report_caption(*, public_id: str, user: "User", caption_id: int, reason: str, text: str = "") -> Report:
    """Report a caption. For the reason `misheard` the host and the speaker are told, too. Errors as of
    `report_space`."""
    space = selectors.get_space(public_id)
    _, line = evidence.line_of(Subject.CAPTION, space_id=space.pk, line_id=caption_id)
    draft = Report(subject=Subject.CAPTION, space=space, person=_speaker(line), caption_id=line.id)
    report = _file(draft, user, reason, text, line=line)
    if reason == ReportReason.MISHEARD:
        misheard.send_robust(Report, space_id=space.pk, caption_id=line.id)
    return report


def report_comment(*, public_id: str, user: "User", comment_id: int, reason: str, text: str = "") -> Report:
    """Report a comment. Errors as of `report_space`."""
    space = selectors.get_space(public_id)
    _, line = evidence.line_of(Subject.COMMENT, space_id=space.pk, line_id=comment_id)
    draft = Report(subject=Subject.COMMENT, space=space, person=_speaker(line), caption_id=line.id)
    return _file(draft, user, reason, text, line=line)


def report_clip(*, public_id: str, user: "User", reason: str, text: str = "") -> Report:
    """Report a clip of a replay. The sound around its start is the evidence. Errors as of `report_space`, and
    `not_found` also for a clip that the user may not see."""
    clip = clip_for(public_id=public_id, user=user)
    space = clip.recording.space
    draft = Report(subject=Subject.CLIP, space=space, person=clip.maker, clip_id=clip.pk)
    return _file(draft, user, reason, text, clip=clip)


def report_post(*, post_id: int, user: "User", reason: str, text: str = "") -> Report:
    """Report a post; for a repost, the original. Errors as of `report_space`, and `not_found` also for a post that the
    user may not see."""
    post = evidence.posts().post(post_id=post_id, viewer_id=user.pk)
    return _file(Report(subject=Subject.POST, person=post.author, post_id=post.id), user, reason, text, post=post)


def flag_title(*, space_id: int) -> Report | None:
    """Put a live Space into the queue, once, if its title has a word of the list. Return the report, or None.
    The Space itself is not changed."""
    space = Space.objects.select_related("creator").filter(pk=space_id, state=SpaceState.LIVE).first()
    found = word_filter.found_in(space.title) if space else []
    if space is None or not found:
        return None
    return _flag(Report(subject=Subject.SPACE, space=space, person=space.host), found)


def flag_caption(*, space_id: int, caption_id: int, text: str) -> Report | None:
    """Put a caption into the queue if it has a word of the list. Return the report, or None. The captions app calls
    this for each final caption."""
    return _flag_line(Subject.CAPTION, space_id=space_id, line_id=caption_id, text=text)


def flag_comment(*, space_id: int, comment_id: int, text: str) -> Report | None:
    """Put a comment into the queue if it has a word of the list. Return the report, or None."""
    return _flag_line(Subject.COMMENT, space_id=space_id, line_id=comment_id, text=text)


def _flag_line(subject: Subject, *, space_id: int, line_id: int, text: str) -> Report | None:
    found = word_filter.found_in(text)
    space = (
        Space.objects.select_related("creator").filter(pk=space_id, state=SpaceState.LIVE).first() if found else None
    )
    if space is None:
        return None
    _, line = evidence.line_of(subject, space_id=space.pk, line_id=line_id)
    draft = Report(subject=subject, space=space, person=_speaker(line), caption_id=line.id)
    return _flag(draft, found, line=line)


def _file(
    draft: Report,
    user: "User",
    reason: str,
    text: str,
    *,
    line: EvidenceLine | None = None,
    clip: Clip | None = None,
    post: ReportedPost | None = None,
) -> Report:
    """Check a user's report and store it. The rate limit comes last, so that a mistake in the form costs nothing."""
    require_not_suspended(user_now(user))
    if reason not in ReportReason.values or (reason in OF_CAPTIONS_ONLY and draft.subject != Subject.CAPTION):
        raise BadInput("bad_reason", _("Choose what is wrong."))
    if draft.person_id == user.pk:
        raise Refused("own_report", _("This is your own: you cannot report it."))
    draft.reporter, draft.reason, draft.text = user, reason, _checked(text)
    spend(what="report", user_id=user.pk, limit=MOST, window=WINDOW)
    return _store(draft, line, LogKind.REPORTED, clip=clip, post=post)


def _flag(draft: Report, found: list[str], *, line: EvidenceLine | None = None) -> Report | None:
    draft.source, draft.reason = ReportSource.WORDS, ReportReason.OTHER
    draft.text = ", ".join(found)[:TEXT_LENGTH]
    try:
        return _store(draft, line, LogKind.FLAGGED)
    except Conflict:
        return None


def _store(
    draft: Report,
    line: EvidenceLine | None,
    kind: LogKind,
    *,
    clip: Clip | None = None,
    post: ReportedPost | None = None,
) -> Report:
    space = draft.space
    draft.shown = evidence.shown(space=space, person=draft.person, line=line, clip=clip, post=post)
    if clip is not None:
        draft.clock_ms = timeline(clip.recording, uncut=True).clock_ms(clip.starts_ms)
    elif space is not None:
        draft.clock_ms = line.clock_ms if line else _moment(space)
    with transaction.atomic():
        try:
            with transaction.atomic():
                draft.save()
        except IntegrityError:
            raise Conflict("already_reported", _("You have reported this. The moderators will look at it.")) from None
        if space is not None:
            _log(space, kind, draft)
        transaction.on_commit(partial(reported.send_robust, Report, report_id=draft.pk))
    return draft


def _log(space: Space, kind: LogKind, draft: Report) -> None:
    """Log the report without its reporter, because the log has more readers than a report."""
    append_log(space, kind, target=draft.person, reason=f"{draft.subject}: {draft.reason}")


def _moment(space: Space) -> int:
    return space.clock_ms(space.ended_at or timezone.now())


def _speaker(line: EvidenceLine) -> "User | None":
    return get_user_model().objects.filter(pk=line.speaker_id).first() if line.speaker_id else None


def _checked(text: str) -> str:
    cleaned = clean_text(text, limit=TEXT_LENGTH)
    if len(cleaned) > TEXT_LENGTH:
        raise BadInput(
            "too_long",
            _("Use at most {limit} characters.").format(limit=TEXT_LENGTH),
            field="text",
            max=TEXT_LENGTH,
        )
    return cleaned
