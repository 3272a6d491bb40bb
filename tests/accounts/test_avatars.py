"""Images that strangers send."""

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image, ImageCms

from accounts import avatars
from accounts.avatars import MAX_BYTES, PORTRAIT_MAX_BYTES, encode_avatar, encode_portrait
from spaces_project.common.errors import BadInput, TryAgain

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


@pytest.mark.asvs("1.4.1")
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


@pytest.mark.asvs("5.2.2")
def test_what_hides_behind_an_image_is_not_stored() -> None:
    polyglot = encoded(Image.new("RGB", (60, 60)), "GIF") + b"<script>alert(1)</script>"
    assert b"script" not in encode_avatar(io.BytesIO(polyglot))


@pytest.mark.asvs("5.2.3")
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
@pytest.mark.asvs("1.3.4")
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


# --- Colours ----------------------------------------------------------------------------------------------------------

FAR = 6
"""How far apart two values of 255 may be that are the same colour after the lossy encoding."""


def wide_profile(kind: str = "P3") -> bytes:
    """A profile of our own making: the primaries of Display P3, or gray of another gamma, as ICC tables."""

    def tag(signature: bytes, body: bytes) -> bytes:
        return signature + b"\0\0\0\0" + body

    def fixed(*values: float) -> bytes:
        return b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    curve = tag(b"curv", struct.pack(">IH", 1, round((2.2 if kind == "P3" else 1.0) * 256)) + b"\0\0")
    white = tag(b"XYZ ", fixed(0.9642, 1.0, 0.8249))
    text = tag(b"desc", struct.pack(">I", 2) + b"x\0" + b"\0" * 78)
    tags = [(b"desc", text), (b"wtpt", white), (b"cprt", tag(b"text", b"none\0\0\0\0"))]
    if kind == "P3":
        primaries = {b"rXYZ": (0.51512, 0.2412, -0.00105), b"gXYZ": (0.29198, 0.69225, 0.04189),
                     b"bXYZ": (0.1571, 0.06657, 0.78407)}  # fmt: skip
        tags += [(name, tag(b"XYZ ", fixed(*values))) for name, values in primaries.items()]
        tags += [(name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")]
    else:
        tags.append((b"kTRC", curve))
    offset, table, bodies = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, body in tags:
        body += b"\0" * (-len(body) % 4)
        table += name + struct.pack(">II", offset + len(bodies), len(body))
        bodies += body
    size = 128 + len(table) + len(bodies)
    space = b"RGB " if kind == "P3" else b"GRAY"
    header = struct.pack(">I4sI4s4s4s12x4s", size, b"\0\0\0\0", 0x02400000, b"mntr", space, b"XYZ ", b"acsp")
    return header + b"\0" * 28 + fixed(0.9642, 1.0, 0.8249) + b"\0" * 48 + table + bodies


def in_srgb(colour: tuple[int, int, int] | int, mode: str, profile: bytes) -> tuple[int, ...]:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    image = Image.new(mode, (4, 4), colour)
    converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert converted is not None
    pixel = converted.getpixel((0, 0))
    assert isinstance(pixel, tuple)
    return tuple(int(value) for value in pixel)


def middle(image: Image.Image) -> tuple[int, ...]:
    pixel = image.convert("RGB").getpixel((image.width // 2, image.height // 2))
    assert isinstance(pixel, tuple)
    return tuple(int(value) for value in pixel)


def is_near(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= FAR


def phone_of(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(encode_portrait(io.BytesIO(data))))


@pytest.mark.security("A15")
@pytest.mark.parametrize("shape", [avatar_of, phone_of])
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("colour", [(60, 160, 90), (200, 90, 60), (120, 60, 170)])
def test_colours_of_a_wide_screen_are_converted(
    shape: Callable[[bytes], Image.Image], file_format: str, colour: tuple[int, int, int]
) -> None:
    profile = wide_profile()
    right = in_srgb(colour, "RGB", profile)
    assert not is_near(right, colour), "the profile says something"
    image = shape(encoded(Image.new("RGB", (64, 64), colour), file_format, icc_profile=profile, quality=95))
    assert is_near(middle(image), right)
    assert "icc_profile" not in image.info


@pytest.mark.security("A15")
@pytest.mark.parametrize("mode", ["RGBA", "P", "L"])
def test_and_in_every_layout(mode: str) -> None:
    profile = wide_profile("gray" if mode == "L" else "P3")
    plain = Image.new("RGB", (32, 32), (60, 160, 90))
    image = plain.quantize(4) if mode == "P" else plain.convert(mode)
    expected = in_srgb(124, "L", profile) if mode == "L" else in_srgb((60, 160, 90), "RGB", profile)
    assert is_near(middle(avatar_of(encoded(image, "PNG", icc_profile=profile))), expected)


@pytest.mark.security("A15")
def test_sixteen_bits_are_scaled_and_not_cut() -> None:
    image = Image.new("I;16", (16, 16), 32_896)
    assert is_near(middle(avatar_of(encoded(image, "PNG"))), (128, 128, 128))


@pytest.mark.security("A15")
def test_what_shows_through_stays_so() -> None:
    clear = Image.new("RGBA", (16, 16), (10, 200, 30, 0))
    image = avatar_of(encoded(clear, "PNG", icc_profile=wide_profile()))
    assert image.convert("RGBA").getchannel("A").getextrema() == (0, 0)
    gif = Image.new("P", (16, 16), 3)
    image = avatar_of(encoded(gif, "GIF", transparency=3))
    assert image.convert("RGBA").getchannel("A").getextrema() == (0, 0)


@pytest.mark.security("A15")
@pytest.mark.parametrize("profile", [b"nonsense", wide_profile("gray"), b"\0" * 200])
def test_a_profile_of_another_kind_leaves_the_numbers(profile: bytes) -> None:
    data = encoded(Image.new("RGB", (32, 32), (60, 160, 90)), "PNG", icc_profile=profile)
    assert is_near(middle(avatar_of(data)), (60, 160, 90))


@pytest.mark.security("A15")
def test_the_largest_image_with_a_profile_fits_into_the_limits_of_the_child() -> None:
    large = encoded(Image.new("RGBA", (5000, 5000), (60, 160, 90, 255)), "PNG", icc_profile=wide_profile())
    assert phone_of(large).size == (1080, 1080)


@pytest.mark.security("C23")
def test_few_are_decoded_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(avatars, "PATIENCE_SECONDS", 0.01)
    data = encoded(Image.new("RGB", (8, 8)), "PNG")
    with avatars._decoder(), avatars._decoder(), pytest.raises(TryAgain):
        encode_avatar(io.BytesIO(data))
    assert encode_avatar(io.BytesIO(data))
