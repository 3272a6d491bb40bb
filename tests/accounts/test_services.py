"""Profiles, images, deletion and counters that heal."""

import io
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import services
from accounts.models import User
from accounts.tasks import heal_follow_counts
from spaces_project.common.errors import BadInput, NotFound
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def picture() -> io.BytesIO:
    output = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(output, "PNG")
    output.seek(0)
    return output


def update(user: User, **changes: Any) -> User:
    return services.update_profile(user=user, **{"display_name": "", "bio": "", "protected": False, **changes})


def test_a_name_is_cleaned_before_it_is_stored(ana: User) -> None:
    update(ana, display_name=" An\u200ba\u202e \t Lima\x00 ")
    ana.refresh_from_db()
    assert ana.display_name == "Ana Lima"


def test_without_a_name_the_username_is_shown(ana: User) -> None:
    assert update(ana, display_name="\u200b").name == "ana"


@pytest.mark.parametrize(("field", "limit"), [("display_name", 50), ("bio", 160)])
def test_words_have_a_limit(ana: User, field: str, limit: int) -> None:
    update(ana, **{field: "x" * limit})
    with pytest.raises(BadInput) as caught:
        update(ana, **{field: "x" * (limit + 1)})
    assert (caught.value.code, caught.value.details) == ("too_long", {"field": field, "max": limit})


def test_the_former_image_is_deleted_after_commit(
    ana: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    former = str(services.set_avatar(user=ana, image=picture()).avatar.name)
    with django_capture_on_commit_callbacks(execute=True):
        services.set_avatar(user=ana, image=picture())
        assert default_storage.exists(former)
    assert (default_storage.exists(former), default_storage.exists(str(ana.avatar.name))) == (False, True)


def test_a_bad_image_leaves_the_present_one(ana: User) -> None:
    present = services.set_avatar(user=ana, image=picture()).avatar.name
    with pytest.raises(BadInput):
        services.set_avatar(user=ana, image=io.BytesIO(b"<svg/>"))
    ana.refresh_from_db()
    assert ana.avatar.name == present


def test_an_image_for_a_deleted_account(ana: User) -> None:
    User.objects.filter(pk=ana.pk).delete()
    with pytest.raises(NotFound):
        services.set_avatar(user=ana, image=picture())


def test_whoever_is_deleted_no_longer_counts(ana: User, ben: User) -> None:
    cleo = UserFactory.create()
    services.follow_user(follower=ana, followee=cleo)
    services.follow_user(follower=cleo, followee=ben)
    services.delete_user(user=cleo)
    ana.refresh_from_db()
    ben.refresh_from_db()
    assert (ana.following_count, ben.followers_count, User.objects.count()) == (0, 0, 2)


def test_deletion_takes_the_image_along(
    ana: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    name = str(services.set_avatar(user=ana, image=picture()).avatar.name)
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_user(user=ana)
    assert not default_storage.exists(name)


def test_wrong_counts_heal(ana: User, ben: User) -> None:
    services.follow_user(follower=ana, followee=ben)
    User.objects.update(followers_count=7, following_count=0)
    assert heal_follow_counts() == 2
    assert list(User.objects.order_by("username").values_list("followers_count", "following_count")) == [(0, 1), (1, 0)]


def test_right_counts_are_left_alone(ana: User, ben: User) -> None:
    services.follow_user(follower=ana, followee=ben)
    assert services.recount_followers() == 0


def test_only_the_named_people_are_recounted(ana: User, ben: User) -> None:
    User.objects.update(followers_count=7)
    assert services.recount_followers(user_ids=[ben.pk]) == 1
