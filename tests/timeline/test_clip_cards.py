"""A post with a link to a clip plays it, as long as the reader may hear it."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Block
from spaces.models import Recording
from spaces.services import clips as verbs
from tests.factories import UserFactory
from tests.recordings.made import made_clip, made_recording
from timeline import services
from timeline.links import clip_address, first_clip_id
from timeline.selectors.posts import post_row
from timeline.templatetags.timeline import post_text

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

CLIP = "1abcDEF234567"


@pytest.fixture(autouse=True)
def places(settings: Settings, tmp_path: Path) -> None:
    settings.RECORDINGS_DIR = tmp_path


@pytest.fixture
def recording() -> Recording:
    return made_recording(seconds=60, clips_allowed=True)


def test_links_to_clips_of_this_site() -> None:
    assert first_clip_id(f"Listen: {clip_address(CLIP)}") == CLIP
    assert first_clip_id(f"https://elsewhere.example/i/clips/{CLIP}") is None
    assert post_text(f"Listen {clip_address(CLIP)}", without_clip=CLIP) == "Listen"
    assert f'href="/i/clips/{CLIP}"' in post_text(clip_address(CLIP))


def test_a_post_plays_the_clip_that_it_links_to(recording: Recording) -> None:
    clip = made_clip(recording, title="Worth a listen")
    post = services.create_post(author=clip.maker, text=f"Hear this {clip_address(clip.public_id)}")
    page = Client().get(post.get_absolute_url()).text
    assert reverse("clip_sound", args=[clip.public_id]) in page and "Worth a listen" in page
    quote = services.create_post(author=UserFactory.create(), text="Yes", quote_of_id=post.pk)
    assert reverse("clip_sound", args=[clip.public_id]) in Client().get(quote.get_absolute_url()).text


def test_an_edited_post_plays_what_it_links_to_now(recording: Recording) -> None:
    clip = made_clip(recording)
    post = services.create_post(author=clip.maker, text="Hear this")
    services.edit_post(user=clip.maker, post_id=post.pk, text=f"Hear this {clip_address(clip.public_id)}")
    assert post_row(post_id=post.pk, viewer_id=None).clip == clip


def test_who_may_not_hear_it_sees_the_link_alone(recording: Recording) -> None:
    clip = made_clip(recording, maker=UserFactory.create())
    post = services.create_post(author=clip.maker, text=clip_address(clip.public_id))
    reader = UserFactory.create()
    Block.objects.create(blocker=recording.space.host, blocked=reader)
    row = post_row(post_id=post.pk, viewer_id=reader.pk)
    assert (row.clip, post_row(post_id=post.pk, viewer_id=None).clip) == (None, clip)
    client = Client()
    client.force_login(reader)
    page = client.get(post.get_absolute_url()).text
    assert reverse("clip_sound", args=[clip.public_id]) not in page and f"/i/clips/{clip.public_id}" in page


def test_a_post_outlives_its_clip(recording: Recording) -> None:
    clip = made_clip(recording)
    post = services.create_post(author=clip.maker, text=clip_address(clip.public_id))
    verbs.delete_clip(public_id=clip.public_id, user=clip.maker)
    assert post_row(post_id=post.pk, viewer_id=None).clip is None
    assert Client().get(post.get_absolute_url()).status_code == 200


def test_many_clips_cost_no_more_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    author = UserFactory.create()
    for _ in range(5):
        clip = made_clip(made_recording(seconds=60), maker=author)
        services.create_post(author=author, text=clip_address(clip.public_id))
    client = Client()
    client.force_login(UserFactory.create())
    with django_assert_max_num_queries(20):
        assert client.get(f"/{author.username}/posts").text.count("data-clip-sound") == 5


def test_sharing_fills_in_the_composer(recording: Recording) -> None:
    clip = made_clip(recording)
    client = Client()
    client.force_login(UserFactory.create())
    assert clip_address(clip.public_id) in client.get("/compose", {"clip": clip.public_id}).text
    assert client.get("/compose", {"clip": CLIP}).status_code == 404


def test_the_link_is_described_to_other_sites(recording: Recording, settings: Settings) -> None:
    clip = made_clip(recording, title="Worth a listen")
    found = Client().get("/i/oembed", {"url": clip_address(clip.public_id)}).json()
    assert (found["title"], found["author_name"]) == ("Worth a listen", recording.space.host.name)
    picture = Client().get(found["thumbnail_url"].removeprefix(settings.PUBLIC_ORIGIN))
    assert picture["Content-Type"] == "image/png"
