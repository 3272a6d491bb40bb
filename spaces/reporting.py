"""The report form: what it is about, and which service takes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.urls import reverse

from spaces import selectors, services
from spaces.models import Report
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


def subject_of(fields: Mapping[str, str]) -> Reported:
    """Return the subject that `space` (a public id), `person` (an id) and `caption` (an id) name. Raise `NotFound`."""
    space, person, caption = (fields.get(name) or "" for name in ("space", "person", "caption"))
    if caption and space:
        found = selectors.get_space(space)
        about = f"a caption in {found.display_title}"
        return Reported(Subject.CAPTION, about, found.get_absolute_url(), space=space, caption=_digits(caption))
    if person:
        who = get_user_model().objects.filter(pk=_digits(person), is_active=True).first()
        if who is None:
            raise NotFound("not_found", "This account does not exist.")
        url = reverse("profile", args=[who.username])
        return Reported(Subject.PERSON, f"@{who.username}", url, space=space, person=person)
    found = selectors.get_space(space)
    return Reported(Subject.SPACE, found.display_title, found.get_absolute_url(), space=space)


def filed(subject: Reported, *, user: "User", reason: str, text: str) -> Report:
    """File the report. Errors as of `services.report_space`."""
    if subject.kind == Subject.PERSON:
        return services.report_person(
            user=user, person_id=int(subject.person), reason=reason, text=text, public_id=subject.space or None
        )
    if subject.kind == Subject.CAPTION:
        return services.report_caption(
            public_id=subject.space, user=user, caption_id=int(subject.caption), reason=reason, text=text
        )
    return services.report_space(public_id=subject.space, user=user, reason=reason, text=text)


def _digits(text: str) -> str:
    if parse_id(text) is None:
        raise NotFound("not_found", "There is nothing to report here.")
    return text
