"""Posts of a day: who sees them, and for how long."""

import io
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.models import User
from accounts.services import block_user, follow_user
from spaces_project.common.errors import NotFound, ProductError
from tests.factories import UserFactory
from timeline import tasks
from timeline.models import BACKGROUNDS, Fleet, FleetView
from timeline.selectors.fleets import fleet_row, fleet_stack, seen_by
from timeline.services import delete_expired_fleets, delete_fleet, post_fleet, see_fleet

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

JSON = {"accept": "application/json"}
ALMOST_A_DAY = timedelta(hours=23, minutes=59)
A_DAY = timedelta(hours=24)


def photo() -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (90, 160), "purple").save(output, "PNG")
    return output.getvalue()


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada", display_name="Ada Lovelace")


@pytest.fixture
def grace(ada: User) -> User:
    """Follows Ada."""
    grace = UserFactory.create(username="grace")
    follow_user(follower=grace, followee=ada)
    return grace


@pytest.fixture
def as_grace(client: Client, grace: User) -> Client:
    client.force_login(grace)
    return client


@pytest.fixture
def as_ada(ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client


def row_of(user: User, now: datetime | None = None) -> list[tuple[str, int, int]]:
    return [(one.person.username, one.count, one.unseen) for one in fleet_row(user=user, now=now).others]


def refusal(author: User, **fields: object) -> str:
    with pytest.raises(ProductError) as caught:
        post_fleet(author=author, **fields)  # type: ignore[arg-type]  # wrong ones on purpose
    return caught.value.code


# --- Posting ----------------------------------------------------------------------------------------------------------


def test_followers_see_it(ada: User, grace: User) -> None:
    post_fleet(author=ada, text="Good morning")
    assert row_of(grace) == [("ada", 1, 1)]


def test_strangers_do_not_have_it_in_their_row(ada: User) -> None:
    post_fleet(author=ada, text="Good morning")
    assert row_of(UserFactory.create()) == []


def test_an_image_is_stored_as_webp_under_a_name_of_ours(ada: User) -> None:
    fleet = post_fleet(author=ada, image=io.BytesIO(photo()))
    assert re.fullmatch(r"fleets/[0-9a-f]{2}/[0-9a-f]{32}\.webp", str(fleet.image.name))
    assert Image.open(fleet.image).format == "WEBP"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"text": " "}, "empty"),
        ({"text": "x" * 281}, "too_long"),
        ({"text": "Hello", "background": BACKGROUNDS}, "bad_background"),
        ({"text": "Hello", "background": -1}, "bad_background"),
        ({"image": io.BytesIO(b"not an image")}, "bad_image"),
    ],
    ids=["empty", "too long", "no such background", "a negative one", "no image"],
)
def test_what_cannot_be_posted(ada: User, fields: dict[str, object], code: str) -> None:
    assert refusal(ada, **fields) == code
    assert not Fleet.objects.exists()


def test_an_image_needs_no_words(ada: User) -> None:
    assert post_fleet(author=ada, image=io.BytesIO(photo())).text == ""


# --- Time -------------------------------------------------------------------------------------------------------------


def test_it_is_shown_for_a_day_and_not_a_minute_more(ada: User, grace: User) -> None:
    posted = timezone.now()
    post_fleet(author=ada, text="Good morning", now=posted)
    assert row_of(grace, posted + ALMOST_A_DAY) == [("ada", 1, 1)]
    assert row_of(grace, posted + A_DAY) == []


def test_nothing_of_an_expired_one_is_reached_though_its_row_is_there(ada: User, grace: User) -> None:
    fleet = post_fleet(author=ada, text="Good morning", now=timezone.now() - A_DAY)
    for reach in (
        lambda: fleet_stack(author=ada, viewer=grace),
        lambda: see_fleet(viewer=grace, fleet_id=fleet.pk),
        lambda: seen_by(user=ada, fleet_id=fleet.pk),
    ):
        with pytest.raises(NotFound):
            reach()
    assert Fleet.objects.exists()


def test_an_expired_image_cannot_be_fetched(as_grace: Client, ada: User) -> None:
    fleet = post_fleet(author=ada, image=io.BytesIO(photo()))
    address = f"/i/fleets/{fleet.pk}/image"
    assert as_grace.get(address).headers["Content-Type"] == "image/webp"
    Fleet.objects.update(expires_at=timezone.now())
    assert as_grace.get(address).status_code == 404


def test_a_browser_keeps_an_image_no_longer_than_it_lives(as_grace: Client, ada: User) -> None:
    fleet = post_fleet(author=ada, image=io.BytesIO(photo()), now=timezone.now() - ALMOST_A_DAY)
    kept = as_grace.get(f"/i/fleets/{fleet.pk}/image").headers["Cache-Control"]
    assert int(kept.removeprefix("private, max-age=")) in range(50, 61)


def test_the_worker_removes_rows_and_images(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks, ada: User
) -> None:
    old = post_fleet(author=ada, image=io.BytesIO(photo()), now=timezone.now() - A_DAY)
    fresh = post_fleet(author=ada, text="Still here")
    path = Path(old.image.path)
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.delete_expired_fleets()
    assert (list(Fleet.objects.all()), path.exists()) == ([fresh], False)


def test_removing_twice_is_harmless(ada: User) -> None:
    post_fleet(author=ada, text="Good morning")
    later = timezone.now() + A_DAY
    assert [delete_expired_fleets(now=later), delete_expired_fleets(now=later)] == [1, 0]


# --- Seeing -----------------------------------------------------------------------------------------------------------


def test_a_stack_begins_where_one_stopped(ada: User, grace: User) -> None:
    first, _ = post_fleet(author=ada, text="one"), post_fleet(author=ada, text="two")
    see_fleet(viewer=grace, fleet_id=first.pk)
    stack = fleet_stack(author=ada, viewer=grace)
    assert ([shown.fleet.text for shown in stack.fleets], stack.starts_at) == (["one", "two"], 1)


def test_a_stack_that_was_seen_begins_anew(ada: User, grace: User) -> None:
    see_fleet(viewer=grace, fleet_id=post_fleet(author=ada, text="one").pk)
    assert fleet_stack(author=ada, viewer=grace).starts_at == 0


def test_what_is_new_comes_first_in_the_row(ada: User, grace: User) -> None:
    alan, mary = UserFactory.create_batch(2)
    for author in (alan, mary):
        follow_user(follower=grace, followee=author)
    for author in (ada, alan, mary):
        post_fleet(author=author, text="Hello")
    see_fleet(viewer=grace, fleet_id=Fleet.objects.get(author=mary).pk)
    assert [name for name, _, _ in row_of(grace)] == [alan.username, "ada", mary.username]


def test_seeing_twice_counts_once(ada: User, grace: User) -> None:
    fleet = post_fleet(author=ada, text="Hello")
    for _ in range(2):
        see_fleet(viewer=grace, fleet_id=fleet.pk)
    assert (FleetView.objects.count(), row_of(grace)) == (1, [("ada", 1, 0)])


def test_authors_do_not_see_themselves_looking(ada: User) -> None:
    fleet = post_fleet(author=ada, text="Hello")
    see_fleet(viewer=ada, fleet_id=fleet.pk)
    assert seen_by(user=ada, fleet_id=fleet.pk)[0] == 0


def test_the_author_knows_who_saw_it(ada: User, grace: User) -> None:
    fleet = post_fleet(author=ada, text="Hello")
    see_fleet(viewer=grace, fleet_id=fleet.pk)
    count, page = seen_by(user=ada, fleet_id=fleet.pk)
    assert (count, [view.viewer for view in page.items]) == (1, [grace])


def test_nobody_else_knows(ada: User, grace: User) -> None:
    fleet = post_fleet(author=ada, text="Hello")
    with pytest.raises(NotFound):
        seen_by(user=grace, fleet_id=fleet.pk)


def test_who_saw_it_is_paged(ada: User) -> None:
    fleet = post_fleet(author=ada, text="Hello")
    for viewer in UserFactory.create_batch(3):
        see_fleet(viewer=viewer, fleet_id=fleet.pk)
    count, first = seen_by(user=ada, fleet_id=fleet.pk, limit=2)
    _, second = seen_by(user=ada, fleet_id=fleet.pk, cursor=first.next_cursor, limit=2)
    assert (count, len(first.items), len(second.items), second.next_cursor) == (3, 2, 1, None)


@pytest.mark.parametrize("who_blocks", ["author", "viewer"])
def test_a_block_hides_fleets_both_ways(ada: User, grace: User, who_blocks: str) -> None:
    fleet = post_fleet(author=ada, text="Hello")
    blocker, blocked = (ada, grace) if who_blocks == "author" else (grace, ada)
    block_user(blocker=blocker, blocked=blocked)
    assert row_of(grace) == []
    with pytest.raises(NotFound):
        fleet_stack(author=ada, viewer=grace)
    with pytest.raises(NotFound):
        see_fleet(viewer=grace, fleet_id=fleet.pk)


def test_only_its_author_deletes_it(ada: User, grace: User) -> None:
    fleet = post_fleet(author=ada, text="Hello")
    with pytest.raises(NotFound):
        delete_fleet(user=grace, fleet_id=fleet.pk)
    delete_fleet(user=ada, fleet_id=fleet.pk)
    assert not Fleet.objects.exists()


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_the_row_costs_three_queries_whoever_one_follows(
    grace: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for author in UserFactory.create_batch(6):
        follow_user(follower=grace, followee=author)
        post_fleet(author=author, text="Hello")
    with django_assert_num_queries(3):
        assert len(fleet_row(user=grace).others) == 6


def test_home_shows_the_row_with_oneself_first(as_grace: Client, ada: User) -> None:
    post_fleet(author=ada, text="Hello")
    page = as_grace.get("/").text
    assert page.index("Add to your Fleet") < page.index("Ada Lovelace: 1 Fleet, 1 new")


def test_spaces_stands_at_the_far_right_of_the_chooser(as_grace: Client) -> None:
    chooser = as_grace.get("/").text.split("data-fleet-choices>")[1].split("</ul>")[0]
    assert chooser.split("<li")[-1].count("Spaces") == 1
    assert chooser.count("data-create-open") == 1


def test_the_viewer_gets_what_it_shows(as_grace: Client, ada: User) -> None:
    fleet = post_fleet(author=ada, text="Hello", background=3)
    stack = as_grace.get("/fleets/ada", headers=JSON).json()
    assert (stack["author"]["username"], stack["own"], stack["starts_at"]) == ("ada", False, 0)
    [shown] = stack["fleets"]
    assert (shown["id"], shown["text"], shown["background"], shown["image"]) == (fleet.pk, "Hello", 3, None)


def test_without_script_fleets_are_a_page(as_grace: Client, ada: User) -> None:
    fleet = post_fleet(author=ada, text="Hello there", image=io.BytesIO(photo()))
    page = as_grace.get("/fleets/ada").text
    assert ("Hello there" in page, f"/i/fleets/{fleet.pk}/image" in page) == (True, True)


def test_where_the_file_lies_is_told_to_nobody(as_grace: Client, ada: User) -> None:
    post_fleet(author=ada, image=io.BytesIO(photo()))
    assert "media/fleets" not in as_grace.get("/fleets/ada").text + as_grace.get("/fleets/ada", headers=JSON).text


def test_posting_by_a_plain_form(as_ada: Client, ada: User) -> None:
    response = as_ada.post("/fleets", {"text": "Hello", "background": "2"})
    assert (response.status_code, Fleet.objects.get(author=ada).background) == (302, 2)


def test_posting_a_photo_by_script(as_ada: Client, ada: User) -> None:
    upload = SimpleUploadedFile("photo.png", photo(), "image/png")
    response = as_ada.post("/fleets", {"image": upload, "text": ""}, headers=JSON)
    fleet = Fleet.objects.get(author=ada)
    assert (response.status_code, response.json(), fleet.kind) == (201, {"id": fleet.pk}, "image")


def test_a_refused_fleet_says_why(as_ada: Client) -> None:
    response = as_ada.post("/fleets", {"text": ""}, headers=JSON)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "empty")


def test_seeing_and_who_saw_through_their_doors(as_grace: Client, as_ada: Client, ada: User) -> None:
    fleet = post_fleet(author=ada, text="Hello")
    assert as_grace.post(f"/i/fleets/{fleet.pk}/seen").status_code == 200
    answer = as_ada.get(f"/i/fleets/{fleet.pk}/viewers").json()
    assert (answer["count"], [person["username"] for person in answer["people"]]) == (1, ["grace"])
    assert as_grace.get(f"/i/fleets/{fleet.pk}/viewers", headers=JSON).status_code == 404


def test_deleting_through_its_door(as_ada: Client, as_grace: Client, ada: User) -> None:
    address = f"/i/fleets/{post_fleet(author=ada, text='Hello').pk}/delete"
    assert as_grace.post(address, headers=JSON).status_code == 404
    assert as_ada.post(address, headers=JSON).status_code == 200


@pytest.mark.fault("F2")
def test_fleets_are_text(as_grace: Client, ada: User) -> None:
    post_fleet(author=ada, text="<script>alert(1)</script>")
    assert "<script>alert" not in as_grace.get("/fleets/ada").text


@pytest.mark.parametrize("path", ["/fleets", "/fleets/ada", "/i/fleets/1/image", "/i/fleets/1/viewers"])
def test_fleets_want_a_person(client: Client, ada: User, path: str) -> None:
    assert client.get(path).status_code == 302


def test_every_background_is_drawn_and_offered(as_ada: Client) -> None:
    style = Path(str(finders.find("timeline/css/fleets.css"))).read_text()
    assert re.findall(r"\.fleet-b(\d) ", style) == [str(number) for number in range(BACKGROUNDS)]
    assert len(re.findall('name="background"', as_ada.get("/fleets").text)) == BACKGROUNDS


def test_an_account_takes_its_fleets_along(ada: User) -> None:
    post_fleet(author=ada, text="Hello")
    ada.delete()
    assert not Fleet.objects.exists()
