"""The two resources of WHIP: the endpoint of a Space, and the session of one stream.

The stream belongs to the process that answered the offer. The other requests may come to any process, so they change
the database, which the gateway follows, or publish what the owner passes on.
"""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from spaces import audio, events, selectors, services
from spaces.audio.ice import ice_servers
from spaces.doors.whip.callers import Broadcaster, Unauthorized, broadcaster
from spaces.doors.whip.fragments import candidates_in
from spaces.gateway.sdp import BadSdp, take_audio
from spaces.live.hub import hub
from spaces.models.tokens import new_mixer_id, new_token
from spaces.rules import Action
from spaces_project.common.api.problems import MissingScope, as_ours
from spaces_project.common.errors import BACKEND_AWAY, BadInput, NotFound, ProductError, TryAgain
from spaces_project.common.http import problem_response
from spaces_project.common.threads import in_thread

SDP: Final = "application/sdp"
FRAGMENT: Final = "application/trickle-ice-sdpfrag"

View = Callable[..., Coroutine[Any, Any, HttpResponse]]


class Unusable(ProductError):
    """A request that HTTP has a status of its own for."""

    def __init__(self, code: str, message: str, *, status: HTTPStatus) -> None:
        super().__init__(code, message)
        self.status = status


def _answers(**methods: View) -> View:
    """Make a view of the functions for each method. Errors are `application/problem+json`, as those of `/api/v1`."""
    allowed = ", ".join([*methods, "OPTIONS"])

    @csrf_exempt
    async def view(request: HttpRequest, /, **path: str) -> HttpResponse:
        if request.method == "OPTIONS":
            return _with(HttpResponse(status=HTTPStatus.NO_CONTENT), _OPTIONS | {"Allow": allowed})
        act = methods.get(request.method or "")
        try:
            if act is None:
                raise _wrong_method()
            return await act(request, **path)
        except (ProductError, MissingScope) as error:
            return _with(_problem(error), {"Allow": allowed} if act is None else {})
        except BACKEND_AWAY:
            return _problem(TryAgain("try_again", _("That did not work. Try again."), retry_after=1))

    return wraps(next(iter(methods.values())))(view)


_OPTIONS: Final = {"Accept-Post": SDP, "Accept-Patch": FRAGMENT}


async def _start(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer the offer of broadcasting software: 201, the gateway's SDP answer, and the address of the session."""
    caller = await in_thread(broadcaster, request, public_id)
    _require_type(request, SDP)
    offer = _text(request)
    # The client may hang up meanwhile, which cancels this coroutine. A stream that is half made would then hold the
    # user's microphone.
    name, answer = await asyncio.shield(asyncio.ensure_future(_connect(public_id, caller, offer)))
    response = HttpResponse(answer, status=HTTPStatus.CREATED, content_type=SDP)
    location = reverse("whip_session", args=[public_id, name])
    return _with(response, _OPTIONS | {"Location": location, "ETag": _etag(name)} | _ice_links())


async def _connect(public_id: str, caller: Broadcaster, sdp: str) -> tuple[str, str]:
    """Bring the stream into the mixer as `audio.speak` brings a page's microphone: into the database first. Return the
    name of the stream and the SDP answer."""
    if hub().is_leaving:
        raise TryAgain("try_again", _("That did not work. Try again."), retry_after=1)
    try:
        offered = take_audio(sdp)
    except BadSdp as error:
        raise BadInput("bad_sdp", _(error.text).format(**error.values), reason=error.code) from error
    name, mixer_id, user = new_token(), new_mixer_id(caller.user.pk), caller.user
    place: dict[str, Any] = {"public_id": public_id, "user": user}
    microphone = await in_thread(services.start_broadcast, **place, broadcast=name, mixer_id=mixer_id)
    stream = hub().broadcast(public_id=public_id, connection=name, user_id=user.pk, session_key=caller.session_key)
    try:
        await hub().add(stream)
        mix = await in_thread(selectors.mix_for, **place, action=Action.BROADCAST)
        answer = await stream.audio.speak(mix, mixer_id=mixer_id, muted=microphone.muted, sdp=offered.offer)
    except BaseException:
        await hub().drop(stream)
        await in_thread(services.end_broadcast, public_id=public_id, user_id=user.pk, broadcast=name)
        raise
    audio.follow(microphone.space_id)  # apply a mute or a removal that happened while the gateway answered
    if mix.captions:
        await stream.audio.follow_lane()
    return name, offered.completed(answer)


async def _trickle(request: HttpRequest, public_id: str, broadcast: str) -> HttpResponse:
    """Take ICE candidates that were found after the offer. An ICE restart is not supported: the software connects
    anew."""
    caller = await in_thread(broadcaster, request, public_id)
    _require_type(request, FRAGMENT)
    await in_thread(_require_own, public_id, caller, broadcast)
    _require_match(request, broadcast)
    found = candidates_in(request.body)
    if found:
        await in_thread(events.publish, events.space_channel(public_id), events.candidates(broadcast, found))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


async def _end(request: HttpRequest, public_id: str, broadcast: str) -> HttpResponse:
    """End the stream."""
    caller = await in_thread(broadcaster, request, public_id)
    user_id = caller.user.pk
    if not await in_thread(services.end_broadcast, public_id=public_id, user_id=user_id, broadcast=broadcast):
        raise _no_session()
    return HttpResponse(status=HTTPStatus.OK)


endpoint = _answers(POST=_start)
session = _answers(PATCH=_trickle, DELETE=_end)


def _require_own(public_id: str, caller: Broadcaster, broadcast: str) -> None:
    if selectors.broadcast_of(public_id=public_id, user=caller.user) != broadcast:
        raise _no_session()


def _no_session() -> NotFound:
    return NotFound("not_found", _("This stream has ended."))


def _wrong_method() -> Unusable:
    message = _("This address has other methods.")
    return Unusable("method_not_allowed", message, status=HTTPStatus.METHOD_NOT_ALLOWED)


def _require_type(request: HttpRequest, wanted: str) -> None:
    if request.content_type != wanted:
        message = _("The body must be {type}.").format(type=wanted)
        raise Unusable("bad_type", message, status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def _require_match(request: HttpRequest, broadcast: str) -> None:
    """Raise unless the request is about the present ICE session. `*` would ask for an ICE restart (RFC 9725, section
    4.3.3)."""
    match = request.headers.get("If-Match", "").strip()
    if not match:
        raise Unusable("no_match", _("The header “If-Match” is missing."), status=HTTPStatus.PRECONDITION_REQUIRED)
    if match == "*":
        raise Unusable(
            "no_restart", _("Make a new connection instead of restarting ICE."), status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    if match != _etag(broadcast):
        raise Unusable(
            "no_match", _("This is not the ICE session of this stream."), status=HTTPStatus.PRECONDITION_FAILED
        )


def _text(request: HttpRequest) -> str:
    try:
        return request.body.decode("ascii")
    except UnicodeDecodeError:
        raise BadInput("bad_sdp", _("The gateway cannot use this description."), reason="bad_lines") from None


def _etag(broadcast: str) -> str:
    return f'"{hashlib.sha256(broadcast.encode()).hexdigest()[:16]}"'


def _ice_links() -> dict[str, str]:
    """Return the TURN servers as RFC 9725, section 4.4, names them."""
    links = [
        f'<{url}>; rel="ice-server"; username="{server.username}"; credential="{server.credential}";'
        ' credential-type="password"'
        for server in ice_servers()
        for url in server.urls
    ]
    return {"Link": ", ".join(links)} if links else {}


def _problem(error: ProductError | MissingScope) -> HttpResponse:
    response = problem_response(*as_ours(error))
    if isinstance(error, Unauthorized):
        response["WWW-Authenticate"] = 'Bearer realm="api"'
    if isinstance(error, ProductError) and "retry_after" in error.details:
        response["Retry-After"] = str(error.details["retry_after"])
    return response


def _with(response: HttpResponse, headers: dict[str, str]) -> HttpResponse:
    for name, value in headers.items():
        response[name] = value
    response["Cache-Control"] = "no-store"
    return response
