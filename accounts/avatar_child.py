"""The child process of `avatars`. It reads an image from standard input and writes the encoded one to standard output.
The only argument is the shape. It imports none of our modules.

Exit status: 0 when done, `REFUSED` for an image that we do not accept. Any other status means that the decoder crashed.
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
"""Room for the tables in the colour profile of a printer. The profile of a screen has a few hundred bytes."""
SIDE = 400
PORTRAIT = (1080, 1920)
"""Width and height in pixels that the image of a Fleet has to fit into."""
PICTURE = (2048, 2048)
"""Width and height in pixels that a picture of a post has to fit into."""
REFUSED = 65
"""`EX_DATAERR` of sysexits.h."""

_SRGB = ImageCms.createProfile("sRGB")
_MEMORY_BYTES = 768 * 1024 * 1024
_CPU_SECONDS = 10


class Refused(Exception):
    """The data is an image, but not one that we accept."""


def avatar(data: bytes) -> bytes:
    """Return the middle of the image as a square WebP with sides of `SIDE` pixels."""
    image, profile = _decoded(data, (SIDE, SIDE))
    return _encoded(ImageOps.fit(image, (SIDE, SIDE), Image.Resampling.LANCZOS), profile)


def portrait(data: bytes) -> bytes:
    """Return the whole image as a WebP, made smaller if it does not fit into `PORTRAIT`."""
    return _whole(data, PORTRAIT)


def picture(data: bytes) -> bytes:
    """Return the whole image as a WebP, made smaller if it does not fit into `PICTURE`."""
    return _whole(data, PICTURE)


SHAPES: dict[str, Callable[[bytes], bytes]] = {"avatar": avatar, "portrait": portrait, "picture": picture}


def _whole(data: bytes, size: tuple[int, int]) -> bytes:
    image, profile = _decoded(data, size)
    image.thumbnail(size, Image.Resampling.LANCZOS)
    return _encoded(image, profile)


def _decoded(data: bytes, size: tuple[int, int]) -> tuple[Image.Image, bytes]:
    """Return the image and its colour profile (empty bytes if it has none).

    The image is upright and in a mode that can be resized.
    """
    _verify(data)
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        # Called before any pixel is decoded, so that the JPEG decoder can decode a photograph at a reduced size.
        image.draft("RGB", (size[0] * 2, size[1] * 2))
        profile = image.info.get("icc_profile") or b""
        upright = _eight_bits(ImageOps.exif_transpose(image))
        return (upright if upright.mode in RESIZABLE else upright.convert("RGBA")), profile


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return an image of 16 or 32 bits with 8 bits.

    Pillow's own conversion cuts at 255 and makes nearly everything white.
    """
    if image.mode.startswith("I;16"):
        image = image.convert("I")
    if image.mode == "I":
        return image.point(lambda value: value * (1 / 257)).convert("L")
    return image


def _verify(data: bytes) -> None:
    """Check format, size in the header and checksums.

    None of this decodes a pixel. Raises `Refused` for too many pixels.
    """
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            raise Refused
        image.verify()


def _encoded(image: Image.Image, profile: bytes) -> bytes:
    """Return the image as a WebP in sRGB without metadata.

    The numbers of a pixel mean a colour only together with the profile, and the profile is removed. The colours are
    therefore converted to sRGB first. This happens after resizing, when the image is small.
    """
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colours = _in_srgb(image.convert("RGB") if alpha else image, profile)
    if alpha:
        colours.putalpha(alpha)
    return _without_metadata(colours)


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Return the image in sRGB.

    An image without a profile counts as sRGB already. So does one whose profile cannot be read or belongs to another
    kind of image.
    """
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
    # Build a new image: Pillow would copy the colour profile, and anything hidden in it, into the output.
    bare = Image.frombytes(image.mode, image.size, image.tobytes())
    output = io.BytesIO()
    bare.save(output, "WEBP", quality=85)
    return output.getvalue()


def limit_resources() -> None:
    """Limit memory and CPU time of this process, and forbid it to write files."""
    for what, limit in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))


def main() -> int:
    """Encode the image on standard input and return the exit status."""
    limit_resources()
    try:
        encoded = SHAPES[sys.argv[1]](sys.stdin.buffer.read())
    except (UnidentifiedImageError, Image.DecompressionBombError, Refused, OSError, SyntaxError, ValueError):
        # The exceptions of Pillow for damaged data. A broken PNG is a SyntaxError.
        return REFUSED
    sys.stdout.buffer.write(encoded)
    return 0


if __name__ == "__main__":
    sys.exit(main())
