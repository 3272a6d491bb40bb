"""`{% avatar user %}`"""

import pytest
from django.template import Context, Template

from accounts.models import User
from accounts.templatetags.accounts import avatar, initials


def person(**fields: object) -> User:
    return User(**{"pk": 11, "username": "ana", **fields})


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ana", "A"),
        ("ana lima", "AL"),
        ("Ana de la Lima", "AL"),
        ("", ""),
        ("🎧 dj", "D"),
        ("ßeta", "S"),
        ("李 娜", "李娜"),
    ],
)
def test_initials(name: str, shown: str) -> None:
    assert initials(name) == shown


def test_without_an_image_there_are_initials_on_a_gradient_of_the_id() -> None:
    assert avatar(person()) == '<span class="avatar avatar-m avatar-g3" aria-hidden="true">A</span>'


def test_a_name_without_letters_falls_back_to_the_username() -> None:
    assert ">A<" in avatar(person(display_name="🎧"))


def test_an_image_is_decoration_beside_a_name() -> None:
    assert 'alt=""' in avatar(person(avatar="avatars/aa/aa.webp"), "l")


def test_an_image_alone_says_whose_it_is() -> None:
    assert 'role="img" aria-label="Ana &lt;3"' in avatar(person(), "xs", "Ana <3")


def test_a_size_without_a_class_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no avatar class"):
        avatar(person(), "huge")


def test_in_a_template() -> None:
    page = Template('{% load accounts %}{% avatar person "s" %}').render(Context({"person": person()}))
    assert "avatar-s" in page
