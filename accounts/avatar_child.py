"""The child process of `avatars`: an image on standard input, the encoded one on standard output; the only argument is
the shape. Imports nothing of ours.

Exit status: 0 done, `REFUSED` not an image we take; anything else is a decoder that broke.
"""

import io
import resource
import sys
from collections.abc import Callable

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_PIXELS = 25_000_000
SIDE = 400
PORTRAIT = (1080, 1920)
"""Width and height that the image of a Fleet fits into."""
REFUSED = 65
"""EX_DATAERR of sysexits.h."""

_MEMORY_BYTES = 768 * 1024 * 1024
_CPU_SECONDS = 10


class Refused(Exception):
    """The data is an image, but not one we take."""


def avatar(data: bytes) -> bytes:
    """The middle of the image as a square."""
    image = _decoded(data, (SIDE, SIDE))
    return _without_metadata(ImageOps.fit(image, (SIDE, SIDE), Image.Resampling.LANCZOS))


def portrait(data: bytes) -> bytes:
    """The whole image, made smaller where it does not fit."""
    image = _decoded(data, PORTRAIT)
    image.thumbnail(PORTRAIT, Image.Resampling.LANCZOS)
    return _without_metadata(image)


SHAPES: dict[str, Callable[[bytes], bytes]] = {"avatar": avatar, "portrait": portrait}


def _decoded(data: bytes, size: tuple[int, int]) -> Image.Image:
    _verify(data)
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        # Before any pixel is decoded, so that a photograph takes the decoder's own reduced size.
        image.draft("RGB", (size[0] * 2, size[1] * 2))
        upright = ImageOps.exif_transpose(image)
        return upright.convert("RGBA")


def _verify(data: bytes) -> None:
    """Checks that cost no pixels: format, size by the header, checksums."""
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            raise Refused
        image.verify()


def _without_metadata(image: Image.Image) -> bytes:
    # A new image: Pillow would carry the colour profile, with whatever it holds, over to the output.
    bare = Image.frombytes(image.mode, image.size, image.tobytes())
    output = io.BytesIO()
    bare.save(output, "WEBP", quality=85)
    return output.getvalue()


def limit_resources() -> None:
    for what, limit in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))


def main() -> int:
    limit_resources()
    try:
        encoded = SHAPES[sys.argv[1]](sys.stdin.buffer.read())
    except (UnidentifiedImageError, Image.DecompressionBombError, Refused, OSError, SyntaxError, ValueError):
        # What Pillow raises for damaged data (a broken PNG is a SyntaxError).
        return REFUSED
    sys.stdout.buffer.write(encoded)
    return 0


if __name__ == "__main__":
    sys.exit(main())
