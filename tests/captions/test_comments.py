"""Comments: who reads them, who takes them away, and what moderators see of them."""

import pytest

import captions.events
import spaces.events
from accounts.models import User
from accounts.services import block_user
from captions import services
from captions.comments import comments
from captions.models import Comment, MaskedWord
from captions.services.comments import MOST
from spaces.models import FlaggedWord, Report
from spaces.moderation import services as moderation
from spaces.moderation.exports import account_rows
from spaces.services import remove_participant
from spaces.states import LogKind, Subject, Verdict
from tests.factories import UserFactory
from tests.spaces.fixtures import Told
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene, outcome

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


@pytest.fixture(autouse=True)
def _published_as_spaces_do(monkeypatch: pytest.MonkeyPatch, told: Told) -> None:
    """`told` hears the events of this app, too."""
    monkeypatch.setattr(captions.events, "publish", lambda *sent: spaces.events.publish(*sent))


def write(scene: Scene, text: str = "Hello", *, by: User | None = None) -> Comment:
    line = services.write_comment(public_id=scene.id, user=by or scene.listener, text=text)
    return Comment.objects.get(pk=int(line.id))


def read(scene: Scene, user: User) -> list[str]:
    return [line.text for line in comments(public_id=scene.id, user=user).comments]


def test_everyone_in_the_space_reads_a_comment_at_once(told: Told, scene: Scene) -> None:
    news = told(services.write_comment, public_id=scene.id, user=scene.listener, text=" Hi\u200b  there ")
    assert news.only("comment")["comment"]["text"] == "Hi there"
    assert news.heard_by("comment") is None
    assert read(scene, scene.outsider) == ["Hi there"], "one who could join may read"


def test_a_block_parts_the_two_in_both_directions(told: Told, scene: Scene) -> None:
    block_user(blocker=scene.speaker, blocked=scene.listener)
    news = told(services.write_comment, public_id=scene.id, user=scene.listener, text="Hello")
    assert [envelope.but for envelope in news if envelope.frame] == [(scene.speaker.pk,)]
    write(scene, "Back", by=scene.speaker)
    assert read(scene, scene.speaker) == ["Back"]
    assert read(scene, scene.listener) == ["Hello"]


@pytest.mark.parametrize("text", ["", "  ", "x" * 281])
def test_a_comment_is_short_and_not_empty(scene: Scene, text: str) -> None:
    assert outcome(services.write_comment, public_id=scene.id, user=scene.listener, text=text) == "bad_text"


def test_a_flood_is_refused(scene: Scene) -> None:
    for _ in range(MOST):
        write(scene)
    assert outcome(services.write_comment, public_id=scene.id, user=scene.listener, text="x") == "too_many"


def test_the_host_turns_comments_off(told: Told, scene: Scene) -> None:
    news = told(services.allow_comments, public_id=scene.id, user=scene.cohost, allowed=False)
    assert "comments" not in news.only("space.changed")["space"]
    assert outcome(services.write_comment, public_id=scene.id, user=scene.host, text="x") == "comments_off"
    services.allow_comments(public_id=scene.id, user=scene.host, allowed=True)
    assert write(scene).pk


def test_ones_own_comment_and_as_a_host_any_is_taken_away(told: Told, scene: Scene) -> None:
    own, other = write(scene), write(scene, by=scene.speaker)
    refused = outcome(services.remove_comment, public_id=scene.id, user=scene.listener, comment_id=other.pk)
    assert refused == "forbidden"
    news = told(services.remove_comment, public_id=scene.id, user=scene.listener, comment_id=own.pk)
    assert news.only("comment.removed") == {"type": "comment.removed", "id": str(own.pk)}
    services.remove_comment(public_id=scene.id, user=scene.cohost, comment_id=other.pk)
    assert read(scene, scene.host) == []
    assert scene.log() == [LogKind.COMMENT_REMOVED] * 2


def test_comments_of_a_removed_person_and_a_closed_account_are_gone(scene: Scene) -> None:
    write(scene)
    write(scene, by=scene.speaker)
    remove_participant(public_id=scene.id, user=scene.host, target_id=scene.listener.pk)
    User.objects.filter(pk=scene.speaker.pk).update(is_active=False)
    assert read(scene, scene.host) == []


def test_words_of_the_lists_are_masked_and_flagged(scene: Scene) -> None:
    MaskedWord.objects.create(text="darn")
    FlaggedWord.objects.create(text="darn")
    write(scene, "Darn it")
    assert read(scene, scene.host) == ["••• it"]
    assert Report.objects.get().text == "darn"


def test_a_reported_comment_is_taken_down_and_put_back(scene: Scene) -> None:
    comment = write(scene, "Rude words")
    report = moderation.report_comment(
        public_id=scene.id, user=scene.speaker, comment_id=comment.pk, reason="abuse", text=""
    )
    assert (report.subject, report.person) == (Subject.COMMENT, scene.listener)
    assert report.shown["caption"]["text"] == "Rude words"
    moderation.decide_report(report_id=report.pk, user=moderator(), verdict=Verdict.REDACT, reason="rude")
    assert read(scene, scene.host) == []
    services.restore_comment(comment_id=comment.pk)
    assert read(scene, scene.host) == ["Rude words"]


def test_a_caption_and_a_comment_of_one_number_are_two_things(scene: Scene) -> None:
    comment = write(scene)
    kwargs = {"public_id": scene.id, "user": scene.speaker, "reason": "abuse"}
    assert outcome(moderation.report_caption, caption_id=comment.pk, **kwargs) == "not_found"
    assert outcome(moderation.report_comment, comment_id=comment.pk, **kwargs) == "ok"


def test_ones_own_comments_are_in_the_export(scene: Scene) -> None:
    write(scene, "Mine")
    write(scene, "Not mine", by=scene.speaker)
    assert [row["text"] for row in account_rows(scene.listener)["comments"]] == ["Mine"]


def test_pages_lead_to_earlier_comments(scene: Scene) -> None:
    author = UserFactory.create()
    rows = [Comment(space=scene.space, author=author, text=str(n), clock_ms=n) for n in range(60)]
    Comment.objects.bulk_create(rows)
    latest = comments(public_id=scene.id, user=scene.host)
    assert (latest.comments[0].text, latest.comments[-1].text) == ("10", "59")
    earlier = comments(public_id=scene.id, user=scene.host, before=latest.previous)
    assert ([line.text for line in earlier.comments], earlier.previous) == ([str(n) for n in range(10)], None)
