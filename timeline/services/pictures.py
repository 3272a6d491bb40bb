"""Services for the pictures of posts. `create_post` calls them in this order: check, encode, store."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.avatars import Picture, encode_picture
from spaces_project.common.errors import BadInput, NotFound
from spaces_project.common.text import clean_text
from timeline.models import ALT_LENGTH, PICTURES_OF_A_POST, Post, PostPicture


@dataclass(frozen=True, slots=True)
class NewPicture:
    """An uploaded image, and what it shows in the author's words, which may be empty."""

    image: BinaryIO
    alt: str = ""


def checked_alts(pictures: Sequence[NewPicture]) -> list[str]:
    """Return the cleaned alternative texts. Nothing is decoded yet.

    Raises `BadInput` `too_many_pictures` or `too_long`, both with `details["max"]`.
    """
    if len(pictures) > PICTURES_OF_A_POST:
        message = ngettext(
            "A post has at most {limit} picture.", "A post has at most {limit} pictures.", PICTURES_OF_A_POST
        )
        raise BadInput("too_many_pictures", message.format(limit=PICTURES_OF_A_POST), max=PICTURES_OF_A_POST)
    return [_cleaned(picture.alt) for picture in pictures]


def _cleaned(alt: str) -> str:
    cleaned = clean_text(alt, limit=ALT_LENGTH)
    if len(cleaned) > ALT_LENGTH:
        message = _("The description of a picture has at most {limit} characters.").format(limit=ALT_LENGTH)
        raise BadInput("too_long", message, max=ALT_LENGTH)
    return cleaned


def encoded(pictures: Sequence[NewPicture]) -> list[Picture]:
    """Return the images as we store them. Raises `BadInput` `bad_image`, `TryAgain` `try_again`."""
    return [encode_picture(picture.image) for picture in pictures]


@contextlib.contextmanager
def stored(pictures: Sequence[Picture], alts: Sequence[str]) -> Iterator[list[PostPicture]]:
    """Write the files, and yield their rows, which the block gives to a post and saves.

    If the block fails, the files are deleted again: no row would ever name them.
    """
    rows: list[PostPicture] = []
    try:
        for position, (picture, alt) in enumerate(zip(pictures, alts, strict=True)):
            row = PostPicture(position=position, width=picture.width, height=picture.height, alt=alt)
            row.image.save("picture.webp", ContentFile(picture.webp), save=False)
            rows.append(row)
        yield rows
    except BaseException:
        for row in rows:
            row.image.storage.delete(str(row.image.name))
        raise


def remove_picture(*, picture_id: int) -> None:
    """Delete one picture of any post, for moderators; the post stays. Raises `NotFound`."""
    with transaction.atomic():
        # The post first, as in every service that locks posts.
        Post.objects.filter(pictures=picture_id).update(picture_count=F("picture_count") - 1)
        removed = PostPicture.objects.filter(pk=picture_id).delete()[0]
        if not removed:
            raise NotFound("not_found", _("This picture is not available."))
