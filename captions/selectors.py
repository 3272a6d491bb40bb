"""Reads. Nothing here changes anything."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.site import site
from captions import masking, wire
from captions.files import Cue, Heading, cues_of
from captions.models import Consent, Track, Utterance
from captions.models.track import default_language
from captions.states import Source, UtteranceState
from spaces import placement, rules
from spaces.models import Participant, Space
from spaces.selectors import get_shown_space, sees_stage
from spaces.selectors.sight import require_reader
from spaces.states import SpaceState
from spaces_project.common import heartbeat
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


@dataclass(frozen=True, slots=True)
class Captioning:
    """The captions of one Space, as a snapshot has them. `consents`: the answer of everyone who was asked, by user
    id."""

    info: wire.CaptionsInfo
    consents: dict[int, str]

    def shown_to(self, user_id: int, *, sees_stage: bool = True) -> wire.CaptionsInfo:
        """Return the `captions` of a snapshot for one reader. `user_id` is 0 for a visitor without an account. Only
        those who see the stage learn who consents."""
        consenting = self.info.consenting if sees_stage else []
        return msgspec.structs.replace(self.info, consenting=consenting, consent=self.consents.get(user_id))


def captioning(public_id: str) -> Captioning:
    """Read the captions of a Space once for all its readers. Only people on the stage are asked to consent, so there
    are never many answers."""
    track = Track.objects.filter(space__public_id=public_id).first()
    info = wire.CaptionsInfo(
        language=track.language if track else default_language(),
        translated=track.is_translated if track else False,
        languages=site().languages,
        consenting=consenting(public_id),
        browser=settings.CAPTIONS_BROWSER,
        consent=None,
        engine=not heartbeat.is_known_to_have_no_engine(),
    )
    return Captioning(info, dict(Consent.objects.filter(space__public_id=public_id).values_list("user_id", "state")))


def captions_info(public_id: str, user_id: int) -> wire.CaptionsInfo:
    """Return the `captions` of a snapshot for a reader who may be outside. `user_id` is 0 for a visitor without an
    account."""
    sees = sees_stage(public_id=public_id, user_id=user_id or None)
    return captioning(public_id).shown_to(user_id, sees_stage=sees)


def consenting(public_id: str) -> list[str]:
    """Return the ids, as text, of the people who hold a microphone and have agreed to be captioned."""
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
    """A person whose voice may go on a lane."""

    user_id: int
    mixer_id: str
    unmuted: bool
    lane: int | None


def candidates(space: Space) -> list[Candidate]:
    """Return everyone on the stage with an audio connection and consent, except those whose own browser recognises
    speech."""
    plugged_in = {p.user_id: p for p in Participant.objects.with_mic().filter(space=space).exclude(mixer_id="")}
    given = Consent.objects.given().filter(space=space, user__in=plugged_in)
    return [
        Candidate(p.user_id, p.mixer_id, not p.muted, p.lane)
        for consent in given
        if (p := plugged_in[consent.user_id]) and not recognises_in_browser(consent, p.connection)
    ]


def on_lanes(space: Space) -> dict[int, int]:
    """Return the lane of each user who is assigned one, whether or not they still may have it."""
    assigned = Participant.objects.filter(space=space).exclude(lane=None)
    return {user_id: lane for user_id, lane in assigned.values_list("user_id", "lane") if lane is not None}


def microphones(space: Space) -> set[str]:
    """Return every audio connection of the stage, by its name in the mixer."""
    plugged_in = Participant.objects.with_mic().filter(space=space).exclude(mixer_id="")
    return set(plugged_in.values_list("mixer_id", flat=True))


def captioned_spaces() -> list[Space]:
    """Return the live Spaces in which at least one person has agreed to be captioned, and whose lanes are heard on this
    machine."""
    agreed = Consent.objects.given().filter(space=OuterRef("pk"))
    return list(
        Space.objects.filter(placement.taken_here(), Exists(agreed), state=SpaceState.LIVE, captions_allowed=True)
    )


def readable_space(*, public_id: str, user: "User | None") -> Space:
    """Return a Space whose captions `user` may read, live or ended. None is a visitor without an account.

    Raises `NotFound` also where captions are off, and the errors of `require_reader`.
    """
    rules.require_account_or_public(has_account=user is not None)
    space = get_shown_space(public_id)
    if not space.captions_allowed:
        raise NotFound("not_found", _("This Space has no captions."))
    require_reader(space=space, user=user)
    return space


def transcript(space: Space) -> QuerySet[Utterance]:
    """Return all final utterances that have words, in the order of speaking. Redacted ones are included without their
    words."""
    said = Utterance.objects.filter(space=space, state=UtteranceState.FINAL, speaker__is_active=True)
    return said.exclude(text="", redaction=None).select_related("speaker", "redaction").order_by("start_ms", "id")


def transcript_texts(space: Space) -> QuerySet[Utterance]:
    """Return the same without the times of each word, which are most of a row and which no page shows."""
    return transcript(space).defer("words")


def lines(*, public_id: str, user: "User", before: str | None = None) -> wire.Lines:
    """Return the latest fifty final lines, or those before the marker. Errors: of `readable_space`, `bad_cursor`."""
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
    """Return up to fifty lines whose text was changed after the marker, in the order of the changes. Those of the last
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


def _lines(utterances: list[Utterance]) -> list[wire.CaptionLine]:
    mask = masking.current()
    return [wire.line(utterance, final=True, mask=mask) for utterance in utterances]


def live_marker(public_id: str) -> str:
    """Return the marker from which `news` tells what a reader of the latest lines does not know yet."""
    final = Utterance.objects.filter(space__public_id=public_id, state=UtteranceState.FINAL, finished_at__isnull=False)
    last = final.order_by("-finished_at", "-id").first()
    return _marker(last.finished_at, last.pk) if last and last.finished_at else "0-0"


def has_files(*, public_id: str, user: "User | None") -> bool:
    """Return whether there is anything to download for this person."""
    try:
        return transcript(readable_space(public_id=public_id, user=user)).exists()
    except ProductError:
        return False


def document(*, public_id: str, user: "User | None") -> Document:
    """Return everything that is final up to now. Errors: of `readable_space`."""
    space = readable_space(public_id=public_id, user=user)
    day = space.started_at.date() if space.started_at else None
    mask = masking.current()
    said = [cue for utterance in transcript(space) for cue in cues(utterance, mask)]
    return Document(Heading(space.display_title, day), said)


def recognises_in_browser(consent: Consent, connection: str) -> bool:
    """Return whether the speaker's browser recognises. A new connection starts with the server's engine, whatever an
    older one could do."""
    is_browser = settings.CAPTIONS_BROWSER and consent.source == Source.BROWSER
    return is_browser and consent.source_connection == connection


def text_of(utterance: Utterance, mask: masking.Mask) -> str:
    """Return what stands in files and on pages; of a line that is gone, who took it."""
    redaction = getattr(utterance, "redaction", None)
    if redaction is None:
        return mask.text_of(utterance)
    return TAKEN_BACK if redaction.by_id == utterance.speaker_id else REDACTED


def cues(utterance: Utterance, mask: masking.Mask, *, within: tuple[int, int] | None = None) -> list[Cue]:
    """Return a line as cues, or only the words of it that are said between two times of the Space's clock."""
    shown = mask.show(utterance)
    return cues_of(
        name=utterance.speaker.name,
        text=text_of(utterance, mask),
        start_ms=utterance.start_ms,
        end_ms=utterance.end_ms or utterance.start_ms,
        words=shown.words,
        within=within,
    )


def _marker(at: datetime, pk: int, *, is_whole: bool = True) -> str:
    """Return the marker after these rows. `is_whole`: there is nothing more behind it at the moment."""
    settled = timezone.now() - OVERLAP
    if is_whole and at > settled:
        at, pk = settled, 0
    return f"{(at - _EPOCH) // timedelta(microseconds=1)}-{pk}"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _moment(microseconds: int) -> datetime:
    """Return the time of a marker. Raises `bad_cursor`."""
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        raise _no_marker() from None


def _no_marker() -> BadInput:
    return BadInput("bad_cursor", _("This pagination token is not valid."))


def _position(marker: str) -> tuple[int, int]:
    start_ms, _, pk = marker.partition("-")
    position = parse_id(start_ms), parse_id(pk)
    if position[0] is None or position[1] is None:
        raise _no_marker()
    return position[0], position[1]
