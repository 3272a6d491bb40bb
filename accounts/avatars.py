"""Uploaded images. The uploaded bytes are never stored: pixels are decoded and encoded again, and everything else is
dropped.

Decoding the images of strangers is risky (decompression bombs, crafted chunks, crashes in C). Decoding therefore runs
in a child process with limits on memory, time and output; see `avatar_child`.
"""

import contextlib
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from accounts.avatar_child import REFUSED
from spaces_project.common.errors import BadInput, TryAgain

logger = logging.getLogger(__name__)

MAX_BYTES = 5 * 1024 * 1024
PORTRAIT_MAX_BYTES = 10 * 1024 * 1024
"""The most bytes of an upload for a Fleet, and of each picture of a post."""
TIMEOUT_SECONDS = 15.0
DECODERS, PATIENCE_SECONDS = 2, 20.0
_decoders = threading.BoundedSemaphore(DECODERS)
_CHILD = Path(__file__).with_name("avatar_child.py")


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded image with its width and height in pixels."""

    webp: bytes
    width: int
    height: int


def encode_avatar(image: BinaryIO) -> bytes:
    """Return a square WebP of 400 by 400 pixels, upright and without metadata, from a JPEG, PNG, WebP or GIF (its first
    frame).

    Raises `BadInput` `bad_image` for more than 5 MB, more than 25 megapixels, another format, damaged data, or an image
    that takes longer than 15 seconds to decode. Raises `TryAgain` after 20 seconds without a free decoder, because too
    many images are being decoded.
    """
    return _encoded(image, shape="avatar", max_bytes=MAX_BYTES)


def encode_portrait(image: BinaryIO) -> bytes:
    """Return a WebP of the whole image, at most 1080 by 1920 pixels, to fill a phone's screen. The upload may have
    10 MB.

    Raises the same errors as `encode_avatar`.
    """
    return _encoded(image, shape="portrait", max_bytes=PORTRAIT_MAX_BYTES)


def encode_picture(image: BinaryIO) -> Picture:
    """Return the whole image as a WebP of at most 2048 by 2048 pixels, with its size. The upload may have 10 MB.

    Raises the same errors as `encode_avatar`.
    """
    webp = _encoded(image, shape="picture", max_bytes=PORTRAIT_MAX_BYTES)
    return Picture(webp, *_size_of(webp))


def _size_of(webp: bytes) -> tuple[int, int]:
    """Return width and height of a WebP that Pillow wrote: with transparency it begins with a `VP8X` chunk, without
    with a `VP8 ` one. Raises `BadInput` `bad_image` for any other data.

    The header is read by hand, because no decoder may run in this process.
    """
    kind = webp[12:16]
    if kind == b"VP8X" and len(webp) >= 30:
        return int.from_bytes(webp[24:27], "little") + 1, int.from_bytes(webp[27:30], "little") + 1
    if kind == b"VP8 " and len(webp) >= 30:
        width, height = (int.from_bytes(webp[at : at + 2], "little") & 0x3FFF for at in (26, 28))
        if width and height:
            return width, height
    raise _unreadable()


def _encoded(image: BinaryIO, *, shape: str, max_bytes: int) -> bytes:
    data = image.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise _bad_image(_("The image is larger than {limit} MB.").format(limit=max_bytes // (1024 * 1024)))
    child = _run_child(data, shape)
    if child.returncode == 0:
        return child.stdout
    if child.returncode != REFUSED:
        logger.warning(
            "Image decoder ended with %s: %s", child.returncode, child.stderr[-500:].decode(errors="replace")
        )
    raise _unreadable()


def _run_child(data: bytes, shape: str) -> "subprocess.CompletedProcess[bytes]":
    # -I: neither the environment nor the working directory can choose what the child imports.
    command = [sys.executable, "-I", str(_CHILD), shape]
    try:
        with _decoder():
            return subprocess.run(  # noqa: S603  # our own interpreter, file and word; nothing of the upload is an argument
                command, input=data, capture_output=True, timeout=TIMEOUT_SECONDS, check=False
            )
    except subprocess.TimeoutExpired as error:
        raise _bad_image(_("The image takes too long to read.")) from error


@contextlib.contextmanager
def _decoder() -> Iterator[None]:
    """Hold one of the few decoder places of this process.

    Each decoder takes a core and up to 300 MB. Raises `TryAgain`.
    """
    if not _decoders.acquire(timeout=PATIENCE_SECONDS):
        raise TryAgain("try_again", _("Many pictures are being read just now. Try again in a minute."))
    try:
        yield
    finally:
        _decoders.release()


def _bad_image(message: str) -> BadInput:
    return BadInput("bad_image", message)


def _unreadable() -> BadInput:
    return _bad_image(_("Use a JPEG, PNG, WebP or GIF image of at most 25 megapixels."))
