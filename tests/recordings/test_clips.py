"""Clips: who may make one, what is in it, who may hear it, and what takes it away."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Block, SuspensionScope, User
from accounts.services import change_site, close_account, delete_user, suspend_user
from captions.models import MaskedWord, Redaction, Utterance
from captions.states import UtteranceState
from spaces.doors import tasks
from spaces.models import Clip, Recording, Report
from spaces.moderation import services as moderation
from spaces.moderation.purge import purge_expired
from spaces.recordings import clips, sound
from spaces.recordings.files import REPLAY
from spaces.rules import RULES, Action, Standing
from spaces.selectors.replays import shown_clips
from spaces.selectors.timeline import Kept
from spaces.services import clips as verbs
from spaces.services import replays
from spaces.states import ExportState, LogKind, RecordingState, SpaceState, Verdict
from tests.factories import ParticipantFactory, UserFactory
from tests.recordings.captures import decoded, pitch
from tests.recordings.made import made_clip, made_recording, speak
from tests.spaces.moderators import moderator
from tests.spaces.scene import outcome
from tests.support.opus import RATE
from tests.support.replays import Talk, write_tones

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

Commits = DjangoCaptureOnCommitCallbacks
Happens = Callable[[Recording, Clip], None]
LOW, HIGH = 440, 1_000
IN_STEP_MS = 50


@pytest.fixture
def recording() -> Recording:
    """Two minutes, of which the host has cut off the first and the last ten seconds. Others may make clips."""
    return made_recording(seconds=120, clips_allowed=True, cut_start_ms=10_000, cut_end_ms=110_000)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes to a worker is done here and now."""
    for task in (tasks.make_clip, tasks.remove_recording_files):
        monkeypatch.setattr(task, "delay", task)


def make(recording: Recording, user: User | None = None, start_ms: int = 0, end_ms: int = 20_000, **more: Any) -> str:
    """Return `ok`, or the code of the refusal."""
    who = user or recording.space.host
    times = {"start_ms": start_ms, "end_ms": end_ms}
    return outcome(verbs.make_clip, public_id=recording.space.public_id, user=who, **times, **more)


def read(clip: Clip, view: str = "clip", user: User | None = None) -> tuple[int, str]:
    client = Client()
    if user:
        client.force_login(user)
    answer = client.get(reverse(view, args=[clip.public_id]))
    return answer.status_code, "" if answer.streaming else answer.content.decode(errors="replace")


# --- Who may make one -------------------------------------------------------------------------------------------------


def test_the_row_of_the_rule_table() -> None:
    rule = RULES[Action.CLIP]
    shut_out = {Standing.REMOVED, Standing.SUSPENDED, Standing.ANONYMOUS}
    assert set(Standing) - rule.by == shut_out
    assert set(rule.during) == {SpaceState.ENDED}


def test_the_host_may_and_others_if_the_host_lets_them(recording: Recording) -> None:
    member = UserFactory.create()
    assert make(recording) == "ok"
    assert make(recording, member) == "ok"
    replays.allow_clips(public_id=recording.space.public_id, user=recording.space.host, allowed=False)
    assert make(recording, member) == "clips_off"
    assert make(recording) == "ok"
    kinds = list(recording.space.log.values_list("kind", flat=True))
    assert kinds.count(LogKind.CLIP_MADE) == 3


def test_the_host_alone_lets_others_make_clips(recording: Recording) -> None:
    asked = {"public_id": recording.space.public_id, "user": UserFactory.create(), "allowed": True}
    assert outcome(replays.allow_clips, **asked) == "not_found"


def test_who_may_not_hear_the_replay_makes_no_clip_of_it(recording: Recording) -> None:
    blocked, removed, barred = UserFactory.create_batch(3)
    now = timezone.now()
    Block.objects.create(blocker=recording.space.host, blocked=blocked)
    ParticipantFactory.create(space=recording.space, user=removed, removed_at=now, left_at=now)
    suspend_user(user=barred, scope=SuspensionScope.ENTIRELY)
    assert [make(recording, user) for user in (blocked, removed, barred)] == ["not_found", "not_found", "suspended"]
    Recording.objects.update(visible=False)
    assert make(recording, UserFactory.create()) == "not_found"
    assert make(recording) == "ok"


@pytest.mark.parametrize(
    ("state", "code"), [("recording", "not_ready"), ("failed", "not_found"), ("deleted", "not_found")]
)
def test_of_what_is_no_replay_there_are_no_clips(recording: Recording, state: str, code: str) -> None:
    Recording.objects.update(state=state, ready_at=None, deleted_at=timezone.now(), stop_reason="no_sound")
    assert make(recording) == code


@pytest.mark.parametrize(
    ("start_ms", "end_ms"),
    [(-1, 20_000), (0, 14_999), (0, 60_001), (30_000, 10_000), (85_000, 100_001), (200_000, 220_000)],
)
def test_a_clip_is_15_to_60_seconds_of_the_replay(recording: Recording, start_ms: int, end_ms: int) -> None:
    assert make(recording, start_ms=start_ms, end_ms=end_ms) == "bad_clip"
    assert not Clip.objects.exists()


@pytest.mark.parametrize(("start_ms", "end_ms"), [(0, 15_000), (40_000, 100_000)])
def test_its_times_are_of_the_replay(recording: Recording, start_ms: int, end_ms: int) -> None:
    assert make(recording, start_ms=start_ms, end_ms=end_ms) == "ok"
    clip = Clip.objects.get()
    assert (clip.starts_ms, clip.ends_ms, clip.replay_ms) == (start_ms + 10_000, end_ms + 10_000, start_ms)


def test_one_person_keeps_so_many_and_makes_so_many_in_an_hour(
    recording: Recording, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CLIPS_PER_PERSON = 2
    assert [make(recording) for _ in range(3)] == ["ok", "ok", "too_many_clips"]
    Clip.objects.all().delete()
    monkeypatch.setattr(verbs, "MADE", 3)
    assert [make(recording) for _ in range(2)] == ["ok", "too_many"]


def test_a_long_title_is_refused(recording: Recording) -> None:
    assert make(recording, title="x" * 71) == "bad_title"


# --- What is in it ----------------------------------------------------------------------------------------------------


def loud_from(samples: Any, hertz: int) -> int:
    """Return when a tone is heard first, in milliseconds."""
    step = RATE // 100
    for at in range(0, len(samples) - 4 * step, step):
        piece = samples[at : at + 4 * step]
        if abs(piece).max() > 0.03 and abs(pitch(piece) - hertz) < 30:
            return at * 1000 // RATE
    raise AssertionError(f"{hertz} Hz is not heard")


@pytest.mark.slow
def test_the_sound_is_what_was_chosen_and_nothing_of_the_rest(
    recording: Recording, at_once: None, django_capture_on_commit_callbacks: Commits
) -> None:
    host = recording.space.host
    talks = [Talk(host, LOW, 60_000, 70_000), Talk(host, HIGH, 72_345, 78_000)]
    write_tones(recording.home / REPLAY, talks, seconds=120)
    with django_capture_on_commit_callbacks(execute=True):
        # Of the recorded sound: from 65 to 85 s.
        assert make(recording, start_ms=55_000, end_ms=75_000, title="Two tones") == "ok"
    clip = Clip.objects.get()
    assert (clip.state, clip.bytes) == (ExportState.READY, clip.path.stat().st_size)
    heard = decoded(clip.path)
    print(len(heard) * 1000 / RATE, loud_from(heard, LOW), loud_from(heard, HIGH))
    assert len(heard) * 1000 / RATE == pytest.approx(20_000, abs=IN_STEP_MS)
    assert loud_from(heard, LOW) <= IN_STEP_MS
    assert loud_from(heard, HIGH) == pytest.approx(72_345 - 65_000, abs=IN_STEP_MS)
    assert abs(heard[14 * RATE :]).max() < 0.03


@pytest.mark.parametrize("start_ms", [0, 7_013, 99_999])
def test_a_part_that_is_looked_up_is_the_same_to_the_sample(
    recording: Recording, tmp_path: Path, start_ms: int
) -> None:
    """The way through the container's index must not be less exact than counting all samples from the start."""
    write_tones(recording.home / REPLAY, [Talk(recording.space.host, LOW, start_ms + 777, 118_000)], seconds=120)
    part = [Kept(start_ms, start_ms + 16_000)]
    tags = sound.Tags(title="t", artist="a", date="")
    made = {seeks: tmp_path / f"{seeks}.m4a" for seeks in (True, False)}
    for seeks, path in made.items():
        sound.export(sound.Export(recording.home / REPLAY, part, tags, seeks=seeks), {"m4a": path})
    looked_up, counted = (decoded(path) for path in made.values())
    assert len(looked_up) == len(counted)
    assert abs(looked_up - counted).max() < 1e-4


def say(recording: Recording, text: str, *, at_ms: int, words: list[Any] | None = None) -> Utterance:
    return Utterance.objects.create(
        space=recording.space,
        speaker=recording.space.host,
        start_ms=at_ms,
        end_ms=at_ms + 4_000,
        state=UtteranceState.FINAL,
        text=text,
        words=words or [],
    )


def test_captions_are_on_its_clock_and_have_only_its_words(recording: Recording) -> None:
    clip = made_clip(recording, starts_ms=20_000, ends_ms=40_000)
    words = [["outside", 19_000, 19_500], [" inside", 21_000, 21_500]]
    say(recording, "outside inside", at_ms=19_000, words=words)
    say(recording, "Good <b>evening", at_ms=30_000)
    say(recording, "Later.", at_ms=41_000)
    status, text = read(clip, "clip_captions")
    assert status == 200
    assert re.findall(r"(\S+) --> \S+\n<v [^>]*>(.*)</v>", text) == [
        ("00:00:01.000", "inside"),
        ("00:00:10.000", "Good &lt;b&gt;evening"),
    ]


def test_what_is_taken_away_or_masked_later_is_in_no_clip(recording: Recording) -> None:
    clip = made_clip(recording, starts_ms=20_000, ends_ms=40_000)
    line = say(recording, "never mind the gap", at_ms=30_000)
    assert all("never mind the gap" in read(clip, view)[1] for view in ("clip", "clip_captions"))
    MaskedWord.objects.create(text="gap")
    assert all("never mind the •••" in read(clip, view)[1] for view in ("clip", "clip_captions"))
    Redaction.objects.create(utterance=line, by=line.speaker, reason="mine")
    for view in ("clip", "clip_captions"):
        assert "mind" not in read(clip, view)[1] and "taken back" not in read(clip, view)[1]


def test_its_page_says_who_speaks_and_leads_to_the_moment(recording: Recording) -> None:
    change_site(name="Night Owls")
    clip = made_clip(recording, title="<i>Tea</i>", starts_ms=20_000, ends_ms=40_000)
    speaker, silent = UserFactory.create(display_name="Ann Speaks"), UserFactory.create(display_name="Bob Later")
    speak(recording.space, speaker, 25_000, 30_000)
    speak(recording.space, silent, 50_000, 60_000)
    status, page = read(clip)
    assert status == 200 and "&lt;i&gt;Tea&lt;/i&gt;" in page and "<i>Tea" not in page
    assert "Ann Speaks" in page and "Bob Later" not in page
    assert f'href="{recording.space.get_absolute_url()}?t=10"' in page
    for name in ("og:image", "og:audio", "application/json+oembed", 'og:site_name" content="Night Owls"'):
        assert name in page


# --- Who may hear it --------------------------------------------------------------------------------------------------

DOORS = ("clip", "clip_sound", "clip_captions")


def statuses(clip: Clip, user: User | None = None) -> set[int]:
    """Return the answers of every address of the clip. The picture is drawn as a visitor sees it."""
    doors = DOORS if user else (*DOORS, "clip_picture")
    return {read(clip, view, user)[0] for view in doors}


def gone(clip: Clip, user: User | None = None) -> bool:
    return statuses(clip, user) == {404}


def test_it_is_heard_by_those_who_may_hear_the_replay(recording: Recording) -> None:
    clip = made_clip(recording, maker=UserFactory.create())
    blocked = UserFactory.create()
    Block.objects.create(blocker=recording.space.host, blocked=blocked)
    assert statuses(clip) == statuses(clip, UserFactory.create()) == {200}
    assert gone(clip, blocked)
    recording.space.accounts_only = True
    recording.space.save()
    assert gone(clip)
    assert statuses(clip, UserFactory.create()) == {200}


def hidden(recording: Recording, clip: Clip) -> None:
    Recording.objects.update(visible=False)


def cut(recording: Recording, clip: Clip) -> None:
    # By a way that no verb takes: the rule is asked when it is shown, too.
    Recording.objects.update(cut_start_ms=clip.starts_ms + 1)


def packed_again(recording: Recording, clip: Clip) -> None:
    Recording.objects.update(state=RecordingState.FINISHING)


def maker_left(recording: Recording, clip: Clip) -> None:
    close_account(user=clip.maker)


def host_left(recording: Recording, clip: Clip) -> None:
    User.objects.filter(pk=recording.space.host_id).update(is_active=False)


def maker_is_protected(recording: Recording, clip: Clip) -> None:
    User.objects.filter(pk=clip.maker_id).update(protected=True)


def taken_down(recording: Recording, clip: Clip) -> None:
    verbs.take_down(clip_id=clip.pk, taken_down=True)


def being_made(recording: Recording, clip: Clip) -> None:
    Clip.objects.update(state=ExportState.RUNNING)


@pytest.mark.parametrize(
    "happens", [hidden, cut, packed_again, maker_left, host_left, maker_is_protected, taken_down, being_made]
)
def test_it_is_not_there_for_others_when(recording: Recording, happens: Happens) -> None:
    clip = made_clip(recording, maker=UserFactory.create())
    reader = UserFactory.create()
    assert statuses(clip, reader) == {200}
    happens(recording, clip)
    assert gone(clip) and gone(clip, reader)
    report = {"public_id": clip.public_id, "user": reader, "reason": "spam"}
    assert outcome(moderation.report_clip, **report) == "not_found"


def test_a_block_of_its_maker_hides_it_and_the_host_sees_it_all_the_same(recording: Recording) -> None:
    clip = made_clip(recording, maker=UserFactory.create())
    reader = UserFactory.create()
    for blocked in (reader, recording.space.host):
        Block.objects.create(blocker=clip.maker, blocked=blocked)
    people = (recording.space.host, clip.maker, reader)
    assert [bool(shown_clips([clip], user.pk)) for user in people] == [True, True, False]


def test_its_sound_is_served_in_parts(recording: Recording) -> None:
    clip = made_clip(recording)
    answer = Client().get(reverse("clip_sound", args=[clip.public_id]), headers={"Range": "bytes=1-2"})
    assert (answer.status_code, answer["Content-Range"], answer["Content-Type"]) == (206, "bytes 1-2/4", "audio/mp4")


# --- What takes it away -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_host", [True, False])
def test_its_maker_and_the_host_delete_it_and_no_one_else(
    recording: Recording, at_once: None, django_capture_on_commit_callbacks: Commits, by_host: bool
) -> None:
    clip = made_clip(recording, maker=UserFactory.create())
    user = recording.space.host if by_host else clip.maker
    assert outcome(verbs.delete_clip, public_id=clip.public_id, user=UserFactory.create()) == "not_found"
    with django_capture_on_commit_callbacks(execute=True):
        assert outcome(verbs.delete_clip, public_id=clip.public_id, user=user) == "ok"
    assert gone(clip) and not clip.path.exists()
    assert outcome(verbs.delete_clip, public_id=clip.public_id, user=user) == "not_found"
    assert recording.space.log.filter(kind=LogKind.CLIP_DELETED).count() == 1


def test_its_maker_deletes_it_also_when_blocked_by_the_host(recording: Recording) -> None:
    clip = made_clip(recording, maker=UserFactory.create())
    Block.objects.create(blocker=recording.space.host, blocked=clip.maker)
    assert outcome(verbs.delete_clip, public_id=clip.public_id, user=clip.maker) == "ok"


def test_operators_delete_it_in_the_admin(recording: Recording) -> None:
    clip, operator = made_clip(recording), moderator()
    operator.user_permissions.add(Permission.objects.get(codename="change_clip"))
    client = Client()
    client.force_login(operator)
    listed = reverse("admin:spaces_clip_changelist")
    assert clip.public_id in client.get(listed).text
    assert clip.public_id in client.get(listed, {"q": recording.space.public_id}).text
    client.post(listed, {"action": "delete_clip", "_selected_action": [str(clip.pk)]})
    assert not Clip.objects.exists()
    other = {"public_id": made_clip(recording).public_id, "user": UserFactory.create(), "as_operator": True}
    assert outcome(verbs.delete_clip, **other) == "forbidden"


def test_a_later_cut_takes_away_what_it_touches(
    recording: Recording, at_once: None, django_capture_on_commit_callbacks: Commits
) -> None:
    first, second = made_clip(recording), made_clip(recording, starts_ms=40_000, ends_ms=60_000)
    times = {"start_ms": 10_001, "end_ms": 60_000}
    with django_capture_on_commit_callbacks(execute=True):
        replays.cut_recording(public_id=recording.space.public_id, user=recording.space.host, **times)
    assert list(Clip.objects.all()) == [second]
    assert (first.path.exists(), second.path.exists()) == (False, True)


def deletes_recording(recording: Recording, clip: Clip) -> None:
    replays.delete_recording(public_id=recording.space.public_id, user=recording.space.host)


def expires(recording: Recording, clip: Clip) -> None:
    Recording.objects.update(expires_at=timezone.now())
    tasks.expire_recordings()


def deletes_space(recording: Recording, clip: Clip) -> None:
    recording.space.delete()


def deletes_maker(recording: Recording, clip: Clip) -> None:
    delete_user(user=clip.maker)


def deletes_host(recording: Recording, clip: Clip) -> None:
    delete_user(user=recording.space.host)


@pytest.mark.parametrize("happens", [deletes_recording, expires, deletes_space, deletes_maker, deletes_host])
def test_it_goes_with(
    recording: Recording, at_once: None, django_capture_on_commit_callbacks: Commits, happens: Happens
) -> None:
    clip = made_clip(recording, maker=UserFactory.create())
    with django_capture_on_commit_callbacks(execute=True):
        happens(recording, clip)
    assert gone(clip) and not Clip.objects.exists()
    tasks.remove_recording_files()  # the beat runs it every 20 seconds
    assert not clip.path.exists()


def test_the_nightly_purge_counts_what_is_due(recording: Recording) -> None:
    made_clip(recording)
    kept = made_clip(made_recording(seconds=60))
    failed = made_clip(kept.recording, state=ExportState.FAILED, touched_at=timezone.now() - timedelta(days=2))
    Recording.objects.filter(pk=recording.pk).update(expires_at=timezone.now())
    assert (purge_expired(dry_run=True)["clips"], Clip.objects.count()) == (2, 3)
    assert purge_expired()["clips"] == 2
    assert list(Clip.objects.all()) == [kept]
    clips.remove_files()
    assert kept.path.exists() and not failed.path.exists()


def test_only_files_without_a_clip_are_removed(recording: Recording) -> None:
    clip = made_clip(recording)
    unfinished = clip.path.with_name(f".{clip.public_id}-x.m4a")
    unfinished.write_bytes(b"")
    stray = clip.path.with_name("1strayclip000.m4a")
    stray.write_bytes(b"")
    assert clips.remove_files() == 1
    assert (clip.path.exists(), unfinished.exists(), stray.exists()) == (True, True, False)


# --- Workers ----------------------------------------------------------------------------------------------------------


def asked(recording: Recording) -> Clip:
    assert make(recording) == "ok"
    return Clip.objects.get()


def test_a_file_that_is_no_sound_fails_after_three_attempts_and_is_told_to_its_maker(recording: Recording) -> None:
    clip = asked(recording)
    assert [clips.run(clip.pk) for _ in range(3)] == [True, True, False]
    clip.refresh_from_db()
    assert (clip.state, clips.run(clip.pk)) == (ExportState.FAILED, False)
    assert "could not be made" in read(clip, user=recording.space.host)[1]


def test_a_full_disk_makes_no_clip(recording: Recording, settings: Settings) -> None:
    settings.RECORDINGS_LEAST_FREE_MB = 10**9
    clip = asked(recording)
    assert clips.run(clip.pk)
    clip.refresh_from_db()
    assert "no room" in clip.error and not clip.path.exists()


def test_one_worker_makes_it_and_a_lost_one_is_replaced(recording: Recording) -> None:
    clip = asked(recording)
    now = timezone.now()
    lost = verbs.begin_clip(clip_id=clip.pk, now=now)
    assert lost is not None
    assert verbs.begin_clip(clip_id=clip.pk, now=now) is None
    later = now + verbs.LOST_AFTER + timedelta(seconds=1)
    assert list(verbs.waiting_clips(now=later)) == [clip]
    assert verbs.begin_clip(clip_id=clip.pk, now=later) is not None
    assert not verbs.finish_clip(clip=lost, size=1)


def test_one_that_is_deleted_while_it_is_made_leaves_no_file(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = asked(recording)

    def export(what: sound.Export, targets: dict[str, Path]) -> int:
        targets["m4a"].write_bytes(b"clip")
        verbs.delete_clip(public_id=clip.public_id, user=clip.maker)
        return 1

    monkeypatch.setattr(sound, "export", export)
    assert not clips.run(clip.pk)
    assert not clip.path.exists()


# --- Moderation -------------------------------------------------------------------------------------------------------


def report(clip: Clip, user: User | None = None) -> Report:
    return moderation.report_clip(public_id=clip.public_id, user=user or UserFactory.create(), reason="abuse")


def test_a_report_of_a_clip_opens_at_its_moment(recording: Recording) -> None:
    clip = made_clip(recording, maker=UserFactory.create(), title="Then", starts_ms=30_000, ends_ms=50_000)
    found = report(clip)
    assert (found.subject, found.person, found.clock_ms, found.clip_id) == ("clip", clip.maker, 30_000, clip.pk)
    assert found.shown["clip"] == {"id": clip.public_id, "title": "Then", "length_ms": 20_000}
    client = Client()
    client.force_login(moderator())
    page = client.get(reverse("admin:spaces_report_change", args=[found.pk])).text
    assert "Then" in page and reverse("admin:spaces_report_sound", args=[found.pk]) in page
    again = {"public_id": clip.public_id, "reason": "abuse"}
    assert outcome(moderation.report_clip, user=found.reporter, **again) == "already_reported"
    assert outcome(moderation.report_clip, user=clip.maker, **again) == "own_report"


def test_the_form_reports_a_clip(recording: Recording) -> None:
    clip = made_clip(recording, maker=UserFactory.create())
    client = Client()
    client.force_login(UserFactory.create())
    assert clip.display_title in client.get(reverse("report"), {"clip": clip.public_id}).text
    client.post(reverse("report"), {"clip": clip.public_id, "reason": "spam"})
    assert Report.objects.get().clip_id == clip.pk


def test_moderators_take_it_down_and_a_granted_appeal_puts_it_back(recording: Recording) -> None:
    clip = made_clip(recording, maker=UserFactory.create())
    decision = moderation.decide_report(report_id=report(clip).pk, user=moderator(), verdict=Verdict.REDACT)
    assert gone(clip) and gone(clip, clip.maker) and gone(clip, recording.space.host)
    appeal = moderation.appeal(decision_id=decision.pk, user=clip.maker, text="Why?")
    moderation.decide_appeal(appeal_id=appeal.pk, user=moderator(senior=True), granted=True)
    assert statuses(clip) == {200}


def test_a_deleted_clip_cannot_be_taken_down(recording: Recording) -> None:
    clip = made_clip(recording, maker=UserFactory.create())
    found = report(clip)
    verbs.delete_clip(public_id=clip.public_id, user=clip.maker)
    ruling = {"report_id": found.pk, "user": moderator(), "verdict": Verdict.REDACT}
    assert outcome(moderation.decide_report, **ruling) == "nothing_to_redact"


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_the_player_offers_clips_to_those_who_may_make_them(recording: Recording) -> None:
    def offers(user: User | None) -> bool:
        client = Client()
        if user:
            client.force_login(user)
        return "data-clip-maker" in client.get(recording.space.get_absolute_url()).text

    member = UserFactory.create()
    assert [offers(user) for user in (recording.space.host, member, None)] == [True, True, False]
    Recording.objects.update(clips_allowed=False)
    assert [offers(user) for user in (recording.space.host, member, None)] == [True, False, False]


def test_the_forms_make_list_and_delete_a_clip(recording: Recording) -> None:
    client, member = Client(), UserFactory.create()
    client.force_login(member)
    address = reverse("clip_make", args=[recording.space.public_id])
    assert client.post(address, {"start": "x", "end": "0:20"}).status_code == 400
    answer = client.post(address, {"start": "0:10", "end": "0:30.5", "title": "Mine"})
    clip = Clip.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, clip.get_absolute_url())
    assert (clip.starts_ms, clip.ends_ms, clip.maker) == (20_000, 40_500, member)
    assert "being made" in client.get(clip.get_absolute_url()).text
    assert "Mine" in client.get(reverse("clips")).text
    assert client.post(reverse("clip_delete", args=[clip.public_id])).status_code == 303
    assert "There are no clips" in client.get(reverse("clips")).text


def test_the_host_lets_others_make_clips_on_the_card(recording: Recording) -> None:
    client = Client()
    client.force_login(recording.space.host)
    address = reverse("recording_clips", args=[recording.space.public_id])
    assert "Let others make clips" in client.post(address, headers={"HX-Request": "true"}).text
    card = client.post(address, {"clips_allowed": "on"}, headers={"HX-Request": "true"}).text
    assert "Stop others from making clips" in card


def test_the_page_of_the_space_lists_its_clips(recording: Recording) -> None:
    made_clip(recording, title="Worth a listen")
    made_clip(recording, title="Not yet", state=ExportState.WAITING)
    page = Client().get(recording.space.get_absolute_url()).text
    assert "Worth a listen" in page and "Not yet" not in page
