"""Reads. Nothing here changes anything."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from captions import masking, wire
from captions.files import Cue, Heading, cues_of
from captions.models import Consent, Track, Utterance
from captions.models.track import default_language
from captions.states import ConsentState, Source, UtteranceState
from spaces import rules
from spaces.models import Participant, Space
from spaces.selectors import get_space, sees_stage
from spaces.sight import require_reader
from spaces.states import SpaceState
from spaces_project import heartbeat
from spaces_project.common.errors import BadInput, NotFound, ProductError
from spaces_project.common.ids import parse_id

if TYPE_CHECKING:
    from accounts.models import User

LINES = 50
OVERLAP = timedelta(seconds=10)
"""What was stored this lately may stand beside something earlier that is not committed yet."""
REDACTED = "[removed by a moderator]"
TAKEN_BACK = "[taken back by the speaker]"


@dataclass(frozen=True, slots=True)
class Document:
    """All captions of a Space, as its files have them; cues in the order of speaking."""

    heading: Heading
    cues: list[Cue]


def captions_info(public_id: str, user_id: int) -> wire.CaptionsInfo:
    """Return the `captions` of a snapshot; who consents is told to those only who see the stage. `user_id` is 0 for
    somebody without an account."""
    track = Track.objects.filter(space__public_id=public_id).first()
    own = Consent.objects.filter(space__public_id=public_id, user=user_id).values_list("state", flat=True)
    return wire.CaptionsInfo(
        language=track.language if track else default_language(),
        translated=track.is_translated if track else False,
        languages=settings.CAPTIONS_LANGUAGES,
        consenting=consenting(public_id) if sees_stage(public_id=public_id, user_id=user_id or None) else [],
        browser=settings.CAPTIONS_BROWSER,
        consent=own.first(),
        engine=not heartbeat.is_known_to_have_no_engine(),
    )


def consenting(public_id: str) -> list[str]:
    """Ids of those who hold a microphone and have agreed to be captioned."""
    on_stage = Participant.objects.with_mic().filter(space__public_id=public_id)
    given = Consent.objects.given().filter(space__public_id=public_id, user__in=on_stage.values("user"))
    return [str(user_id) for user_id in given.order_by("user_id").values_list("user_id", flat=True)]


def consents(*, space: Space, user_id: int) -> bool:
    return Consent.objects.given().filter(space=space, user=user_id).exists()


def language_of(space: Space) -> str:
    track = Track.objects.filter(space=space).first()
    return track.language if track else default_language()


def is_translated(space: Space) -> bool:
    return Track.objects.filter(space=space, is_translated=True).exists()


def names_in(space: Space) -> tuple[str, ...]:
    """Return the names on the stage and the Space's title: what is likely to be said, and hard to spell."""
    on_stage = Participant.objects.with_mic().filter(space=space).select_related("user")
    return (*(participant.user.name for participant in on_stage), *([space.title] if space.title else []))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whose voice may go on a lane."""

    user_id: int
    mixer_id: str
    unmuted: bool
    lane: int | None


def candidates(space: Space) -> list[Candidate]:
    """Everybody on the stage with an audio connection and consent, but for those whose own browser recognises."""
    plugged_in = {p.user_id: p for p in Participant.objects.with_mic().filter(space=space).exclude(mixer_id="")}
    given = Consent.objects.given().filter(space=space, user__in=plugged_in)
    return [
        Candidate(p.user_id, p.mixer_id, not p.muted, p.lane)
        for consent in given
        if (p := plugged_in[consent.user_id]) and not recognises_in_browser(consent, p.connection)
    ]


def on_lanes(space: Space) -> dict[int, int]:
    """Who is assigned which lane, allowed or not any more: lane by user id."""
    assigned = Participant.objects.filter(space=space).exclude(lane=None)
    return {user_id: lane for user_id, lane in assigned.values_list("user_id", "lane") if lane is not None}


def microphones(space: Space) -> set[str]:
    """Every audio connection of the stage, by its name in the mixer."""
    plugged_in = Participant.objects.with_mic().filter(space=space).exclude(mixer_id="")
    return set(plugged_in.values_list("mixer_id", flat=True))


def captioned_spaces() -> list[Space]:
    """Live Spaces in which somebody has agreed to be captioned."""
    agreed = Consent.objects.given().filter(space=OuterRef("pk"))
    return list(Space.objects.filter(Exists(agreed), state=SpaceState.LIVE, captions_allowed=True))


def readable_space(*, public_id: str, user: "User | None") -> Space:
    """Return a Space whose captions `user` may read, live or ended; None is somebody without an account.

    Raises `NotFound` also where captions are off, and what `require_reader` raises.
    """
    rules.require_account_or_public(has_account=user is not None)
    space = get_space(public_id)
    if not space.captions_allowed:
        raise NotFound("not_found", "This Space has no captions.")
    require_reader(space=space, user=user)
    return space


def transcript(space: Space) -> QuerySet[Utterance]:
    """Everything final that has words, in the order of speaking; redacted ones are there without theirs."""
    said = Utterance.objects.filter(space=space, state=UtteranceState.FINAL).exclude(text="", redaction=None)
    return said.select_related("speaker", "redaction").order_by("start_ms", "id")


def lines(*, public_id: str, user: "User", before: str | None = None) -> wire.Lines:
    """The latest fifty final lines, or those before the marker. Errors: of `readable_space`, `bad_cursor`."""
    space = readable_space(public_id=public_id, user=user)
    found = transcript(space)
    if before is not None:
        start_ms, pk = _position(before)
        found = found.filter(start_ms__lte=start_ms).exclude(start_ms=start_ms, pk__gte=pk)
    page = list(found.reverse()[: LINES + 1])
    shown = page[:LINES][::-1]
    previous = f"{shown[0].start_ms}-{shown[0].pk}" if len(page) > LINES else None
    return wire.Lines(lines=_lines(shown), previous=previous)


def news(*, public_id: str, user: "User", since: str) -> wire.News:
    """Up to fifty lines whose text became what it is after the marker, first that which did first. Those of the last
    `OVERLAP` come again with the next marker. Errors: of `readable_space`, `bad_cursor`."""
    space = readable_space(public_id=public_id, user=user)
    microseconds, pk = _position(since)
    at = _moment(microseconds)
    later = transcript(space).filter(Q(finished_at__gt=at) | Q(finished_at=at, pk__gt=pk))
    page = list(later.order_by("finished_at", "id")[: LINES + 1])
    shown = page[:LINES]
    live = since
    if shown and shown[-1].finished_at:
        is_whole = len(page) <= LINES
        live = _marker(shown[-1].finished_at, shown[-1].pk, is_whole=is_whole)
    return wire.News(lines=_lines(shown), live=live)


def _lines(utterances: list[Utterance]) -> list[wire.Line]:
    mask = masking.current()
    return [wire.line(utterance, final=True, mask=mask) for utterance in utterances]


def live_marker(public_id: str) -> str:
    """From where on `news` tells what a reader of the latest lines does not know yet."""
    final = Utterance.objects.filter(space__public_id=public_id, state=UtteranceState.FINAL, finished_at__isnull=False)
    last = final.order_by("-finished_at", "-id").first()
    return _marker(last.finished_at, last.pk) if last and last.finished_at else "0-0"


def has_files(*, public_id: str, user: "User | None") -> bool:
    """Whether there is anything to download for this person."""
    try:
        return transcript(readable_space(public_id=public_id, user=user)).exists()
    except ProductError:
        return False


def document(*, public_id: str, user: "User | None") -> Document:
    """Everything final up to now. Errors: of `readable_space`."""
    space = readable_space(public_id=public_id, user=user)
    day = space.started_at.date() if space.started_at else None
    mask = masking.current()
    cues = [cue for utterance in transcript(space) for cue in _cues(utterance, mask)]
    return Document(Heading(space.display_title, day), cues)


def recognises_in_browser(consent: Consent, connection: str) -> bool:
    """A new connection starts with the server's engine, whatever an older one could do."""
    is_browser = settings.CAPTIONS_BROWSER and consent.source == Source.BROWSER
    return is_browser and consent.source_connection == connection


def has_answered(*, space: Space, user_id: int) -> ConsentState | None:
    state = Consent.objects.filter(space=space, user=user_id).values_list("state", flat=True).first()
    return ConsentState(state) if state else None


def text_of(utterance: Utterance, shown: masking.Shown) -> str:
    """Return what stands in files and on pages; of a line that is gone, who took it."""
    redaction = getattr(utterance, "redaction", None)
    if redaction is None:
        return shown.text
    return TAKEN_BACK if redaction.by_id == utterance.speaker_id else REDACTED


def _cues(utterance: Utterance, mask: masking.Mask) -> list[Cue]:
    shown = mask.show(utterance)
    return cues_of(
        name=utterance.speaker.name,
        text=text_of(utterance, shown),
        start_ms=utterance.start_ms,
        end_ms=utterance.end_ms or utterance.start_ms,
        words=shown.words,
    )


def _marker(at: datetime, pk: int, *, is_whole: bool = True) -> str:
    """`is_whole`: there is nothing more behind it at the moment."""
    settled = timezone.now() - OVERLAP
    if is_whole and at > settled:
        at, pk = settled, 0
    return f"{(at - _EPOCH) // timedelta(microseconds=1)}-{pk}"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _moment(microseconds: int) -> datetime:
    """Raises `bad_cursor`."""
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        raise _no_marker() from None


def _no_marker() -> BadInput:
    return BadInput("bad_cursor", "This pagination token is not valid.")


def _position(marker: str) -> tuple[int, int]:
    start_ms, _, pk = marker.partition("-")
    position = parse_id(start_ms), parse_id(pk)
    if position[0] is None or position[1] is None:
        raise _no_marker()
    return position[0], position[1]
