"""The child process of `avatars`: an image on standard input, the encoded one on standard output; the only argument is
the shape. Imports nothing of ours.

Exit status: 0 done, `REFUSED` not an image we take; anything else is a decoder that broke.
"""

import io
import resource
import sys
from collections.abc import Callable

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_PIXELS = 25_000_000
RESIZABLE = ("L", "RGB", "RGBA", "CMYK")
MAX_PROFILE_BYTES = 4 * 1024 * 1024
"""The tables of a printer's profile; those of screens are a few hundred bytes."""
SIDE = 400
PORTRAIT = (1080, 1920)
"""Width and height that the image of a Fleet fits into."""
REFUSED = 65
"""EX_DATAERR of sysexits.h."""

_SRGB = ImageCms.createProfile("sRGB")
_MEMORY_BYTES = 768 * 1024 * 1024
_CPU_SECONDS = 10


class Refused(Exception):
    """The data is an image, but not one we take."""


def avatar(data: bytes) -> bytes:
    """The middle of the image as a square."""
    image, profile = _decoded(data, (SIDE, SIDE))
    return _encoded(ImageOps.fit(image, (SIDE, SIDE), Image.Resampling.LANCZOS), profile)


def portrait(data: bytes) -> bytes:
    """The whole image, made smaller where it does not fit."""
    image, profile = _decoded(data, PORTRAIT)
    image.thumbnail(PORTRAIT, Image.Resampling.LANCZOS)
    return _encoded(image, profile)


SHAPES: dict[str, Callable[[bytes], bytes]] = {"avatar": avatar, "portrait": portrait}


def _decoded(data: bytes, size: tuple[int, int]) -> tuple[Image.Image, bytes]:
    """Return the image, upright, in a mode that can be resized, and the profile its colours are written in, if any."""
    _verify(data)
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        # Before any pixel is decoded, so that a photograph takes the decoder's own reduced size.
        image.draft("RGB", (size[0] * 2, size[1] * 2))
        profile = image.info.get("icc_profile") or b""
        upright = _eight_bits(ImageOps.exif_transpose(image))
        return (upright if upright.mode in RESIZABLE else upright.convert("RGBA")), profile


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return an image of 16 or 32 bits with 8 of them: Pillow would cut at 255 and make nearly all of it white."""
    if image.mode.startswith("I;16"):
        image = image.convert("I")
    if image.mode == "I":
        return image.point(lambda value: value * (1 / 257)).convert("L")
    return image


def _verify(data: bytes) -> None:
    """Checks that cost no pixels: format, size by the header, checksums."""
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            raise Refused
        image.verify()


def _encoded(image: Image.Image, profile: bytes) -> bytes:
    """Return the WebP. The numbers of a pixel mean a colour only together with their profile, which does not stay: so
    they are converted to sRGB first, when the image is small already."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colours = _in_srgb(image.convert("RGB") if alpha else image, profile)
    if alpha:
        colours.putalpha(alpha)
    return _without_metadata(colours)


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Return the image in sRGB. One without a profile is sRGB, and so is one whose profile cannot be read or is for
    another kind of image."""
    if 0 < len(profile) <= MAX_PROFILE_BYTES:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")


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
