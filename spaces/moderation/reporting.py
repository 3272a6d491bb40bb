"""The report form: what it is about, and which service takes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.translation import gettext as _

from spaces import selectors
from spaces.models import Report
from spaces.moderation import evidence
from spaces.moderation import services as moderation
from spaces.selectors.replays import clip_for
from spaces.states import Subject
from spaces_project.common.errors import NotFound
from spaces_project.common.ids import parse_id

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Reported:
    """The subject of a report form. `about` is the text that the reader sees. Ids are as the form sent them; "" if
    there is none."""

    kind: Subject
    about: str
    url: str
    space: str = ""
    person: str = ""
    caption: str = ""
    comment: str = ""
    clip: str = ""
    post: str = ""


def subject_of(fields: Mapping[str, str], *, user: "User") -> Reported:
    """Return the subject that `clip`, `space` (public ids), `post`, `person`, `caption` and `comment` (ids) name. Raise
    `NotFound`."""
    names = ("space", "person", "caption", "comment", "clip", "post")
    space, person, caption, comment, clip, post = (fields.get(name) or "" for name in names)
    if post:
        found_post = evidence.posts().post(post_id=int(_digits(post)), viewer_id=user.pk)
        about = _("a post by @{name}").format(name=found_post.author.username)
        return Reported(Subject.POST, about, found_post.url, post=post)
    if clip:
        shown = clip_for(public_id=clip, user=user)
        return Reported(
            Subject.CLIP, _("a clip: {title}").format(title=shown.display_title), shown.get_absolute_url(), clip=clip
        )
    if comment and space:
        found = selectors.get_space(space)
        about = _("a comment in {title}").format(title=found.display_title)
        return Reported(Subject.COMMENT, about, found.get_absolute_url(), space=space, comment=_digits(comment))
    if caption and space:
        found = selectors.get_space(space)
        about = _("a caption in {title}").format(title=found.display_title)
        return Reported(Subject.CAPTION, about, found.get_absolute_url(), space=space, caption=_digits(caption))
    if person:
        who = get_user_model().objects.filter(pk=_digits(person), is_active=True).first()
        if who is None:
            raise NotFound("not_found", _("This account does not exist."))
        url = reverse("profile", args=[who.username])
        return Reported(Subject.PERSON, f"@{who.username}", url, space=space, person=person)
    found = selectors.get_space(space)
    return Reported(Subject.SPACE, found.display_title, found.get_absolute_url(), space=space)


def filed(subject: Reported, *, user: "User", reason: str, text: str) -> Report:
    """File the report. Errors as of `services.report_space`."""
    if subject.kind == Subject.PERSON:
        return moderation.report_person(
            user=user, person_id=int(subject.person), reason=reason, text=text, public_id=subject.space or None
        )
    if subject.kind == Subject.COMMENT:
        return moderation.report_comment(
            public_id=subject.space, user=user, comment_id=int(subject.comment), reason=reason, text=text
        )
    if subject.kind == Subject.CAPTION:
        return moderation.report_caption(
            public_id=subject.space, user=user, caption_id=int(subject.caption), reason=reason, text=text
        )
    if subject.kind == Subject.CLIP:
        return moderation.report_clip(public_id=subject.clip, user=user, reason=reason, text=text)
    if subject.kind == Subject.POST:
        return moderation.report_post(post_id=int(subject.post), user=user, reason=reason, text=text)
    return moderation.report_space(public_id=subject.space, user=user, reason=reason, text=text)


def _digits(text: str) -> str:
    if parse_id(text) is None:
        raise NotFound("not_found", _("There is nothing to report here."))
    return text
