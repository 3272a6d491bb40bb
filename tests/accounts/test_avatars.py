"""Images that strangers send."""

import io
import struct
import zlib

import pytest
from PIL import Image

from accounts.avatars import MAX_BYTES, PORTRAIT_MAX_BYTES, encode_avatar, encode_portrait
from spaces_project.common.errors import BadInput

ORIENTATION, GPS, MAKE = 0x0112, 0x8825, 0x010F


def encoded(image: Image.Image, file_format: str, **options: object) -> bytes:
    output = io.BytesIO()
    image.save(output, file_format, **options)
    return output.getvalue()


def avatar_of(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(encode_avatar(io.BytesIO(data))))


def refuses(data: bytes) -> bool:
    with pytest.raises(BadInput) as caught:
        encode_avatar(io.BytesIO(data))
    return caught.value.code == "bad_image"


def png_header_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises `width` x `height` pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_each_allowed_format_becomes_a_square_webp(file_format: str) -> None:
    avatar = avatar_of(encoded(Image.new("RGB", (640, 320), "red"), file_format))
    assert (avatar.format, avatar.size) == ("WEBP", (400, 400))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "I;16"])
def test_every_pixel_layout_of_png_is_read(mode: str) -> None:
    assert avatar_of(encoded(Image.new(mode, (9, 9)), "PNG")).size == (400, 400)


def test_a_print_photograph_in_cmyk_is_read() -> None:
    assert avatar_of(encoded(Image.new("CMYK", (90, 90)), "JPEG")).mode in ("RGB", "RGBA")


def test_the_largest_allowed_image_fits_into_the_limits_of_the_child() -> None:
    assert avatar_of(encoded(Image.new("RGBA", (5000, 5000), "blue"), "PNG")).size == (400, 400)


def test_the_centre_is_kept() -> None:
    wide = Image.new("RGB", (900, 300), "red")
    wide.paste("blue", (300, 0, 600, 300))
    assert avatar_of(encoded(wide, "PNG")).convert("RGB").getpixel((5, 200)) == pytest.approx((0, 0, 255), abs=12)


def test_location_and_camera_are_dropped() -> None:
    exif = Image.Exif()
    exif[MAKE] = "Spy Camera"
    exif[GPS] = {1: "N", 2: (52.0, 31.0, 12.0)}
    data = encode_avatar(io.BytesIO(encoded(Image.new("RGB", (50, 50)), "JPEG", exif=exif)))
    assert (b"Spy Camera" in data, dict(Image.open(io.BytesIO(data)).getexif())) == (False, {})


def test_a_colour_profile_is_dropped() -> None:
    data = encoded(Image.new("RGB", (50, 50)), "PNG", icc_profile=b"hidden words" * 20)
    assert b"hidden" not in encode_avatar(io.BytesIO(data))


def test_a_photograph_taken_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # the top of the scene is the right edge of the stored picture turned by 90 degrees
    picture = Image.new("RGB", (400, 400), "white")
    picture.paste("black", (0, 0, 200, 400))
    brightness = avatar_of(encoded(picture, "JPEG", exif=exif)).convert("L").tobytes()
    assert brightness[50 * 400 + 200] < 40 < 200 < brightness[350 * 400 + 200]


def test_an_animation_shows_its_first_frame_and_rests() -> None:
    frames = [Image.new("RGB", (60, 60), colour) for colour in ("red", "green", "blue")]
    avatar = avatar_of(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert getattr(avatar, "n_frames", 1) == 1
    assert avatar.convert("RGB").getpixel((200, 200)) == pytest.approx((255, 0, 0), abs=12)


def test_what_hides_behind_an_image_is_not_stored() -> None:
    polyglot = encoded(Image.new("RGB", (60, 60)), "GIF") + b"<script>alert(1)</script>"
    assert b"script" not in encode_avatar(io.BytesIO(polyglot))


def test_a_bomb_is_refused_by_its_header() -> None:
    assert refuses(png_header_claiming(60_000, 60_000))


def test_just_above_25_megapixels_is_refused() -> None:
    assert refuses(png_header_claiming(5001, 5000))


def test_nothing_wide_is_refused() -> None:
    assert refuses(png_header_claiming(0, 0))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"not an image at all",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"%PDF-1.7",
        b"8BPS\0\1" + bytes(40),
        b"SIMPLE  =                    T" + bytes(2850),
    ],
    ids=["empty", "six bytes", "words", "svg", "pdf", "psd", "fits"],
)
def test_what_is_not_one_of_the_four_formats_is_refused(data: bytes) -> None:
    assert refuses(data)


@pytest.mark.parametrize("file_format", ["BMP", "TIFF", "ICO", "EPS"])
def test_other_image_formats_are_refused(file_format: str) -> None:
    assert refuses(encoded(Image.new("RGB", (32, 32)), file_format))


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_half_an_image_is_refused(file_format: str) -> None:
    data = encoded(Image.effect_noise((200, 200), 90).convert("RGB"), file_format)
    assert refuses(data[: len(data) // 2])


def test_an_image_above_5_megabytes_is_refused() -> None:
    assert refuses(b"\0" * (MAX_BYTES + 1))


# --- Images that fill a phone -----------------------------------------------------------------------------------------


def portrait_of(image: Image.Image) -> Image.Image:
    return Image.open(io.BytesIO(encode_portrait(io.BytesIO(encoded(image, "PNG")))))


@pytest.mark.parametrize(
    ("sent", "shown"),
    [((2160, 3840), (1080, 1920)), ((4000, 1000), (1080, 270)), ((300, 200), (300, 200))],
    ids=["smaller", "whole", "never larger"],
)
def test_a_portrait_fits_into_a_phone(sent: tuple[int, int], shown: tuple[int, int]) -> None:
    portrait = portrait_of(Image.new("RGB", sent, "red"))
    assert (portrait.format, portrait.size) == ("WEBP", shown)


def test_a_portrait_above_10_megabytes_is_refused() -> None:
    with pytest.raises(BadInput, match="larger than 10 MB"):
        encode_portrait(io.BytesIO(b"\0" * (PORTRAIT_MAX_BYTES + 1)))
