"""Choosing and inviting users, as JSON for the scripts of the room and of the create sheet."""

import msgspec
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import PersonRequest
from spaces.events import wire
from spaces_project.common.errors import BadInput
from spaces_project.common.http import translates_errors
from spaces_project.common.ids import parse_id
from timeline import services
from timeline.selectors.invitations import invitable_people

QUERY_LENGTH = 50


class Invitations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a request: decimal ids of people."""

    user_ids: list[str]
    to_speak: bool = False
    text: str = ""


_read_body = msgspec.json.Decoder(Invitations).decode


@require_safe
@login_required
@translates_errors
def people(request: PersonRequest) -> HttpResponse:
    """Return `{"people": [{"id", "username", "name", "avatar"?}]}` for `?q=`."""
    found = invitable_people(user=request.user, query=request.GET.get("q", "")[:QUERY_LENGTH])
    return JsonResponse({"people": [msgspec.to_builtins(wire.person(person)) for person in found]})


@require_POST
@login_required
@translates_errors
def invite_people(request: PersonRequest, public_id: str) -> HttpResponse:
    """Invite users to a Space. The body is `{"user_ids": [id], "to_speak"?, "text"?}`, as JSON or as a form.

    The answer is `{"results": [{"id", "error": null or {"code", "message", "details"}}]}`, in the same order.
    """
    wanted = _wanted(request)
    results = services.invite_by_message(
        user=request.user,
        public_id=public_id,
        invitee_ids=_ids(wanted.user_ids),
        to_speak=wanted.to_speak,
        text=wanted.text,
    )
    rows = [{"id": str(result.user_id), "error": result.error and result.error.as_dict()} for result in results]
    return JsonResponse({"results": rows})


def _wanted(request: PersonRequest) -> Invitations:
    if request.content_type != "application/json":
        form = request.POST
        return Invitations(form.getlist("user_ids"), form.get("to_speak") in ("true", "on"), form.get("text", ""))
    try:
        return _read_body(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput("bad_request", _("This request is not valid.")) from error


def _ids(user_ids: list[str]) -> list[int]:
    parsed = [parse_id(user_id) for user_id in user_ids]
    known = [user_id for user_id in parsed if user_id is not None]
    if len(known) != len(parsed):
        raise BadInput("bad_request", _("This is not a valid user id."))
    return known
