"""The picture of a podcast: a square JPEG made of the host's avatar, or of their initial."""

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from accounts.models import User

SIDE: Final = 1400
"""The least that Apple accepts."""
_QUALITY: Final = 85
_GROUND, _INK = (106, 61, 232), (255, 255, 255)


def mark_of(user: "User") -> str:
    """Return what changes with the picture. It is in the address, because podcast apps keep what they have loaded."""
    return hashlib.sha256(f"{user.avatar.name}:{_initial(user)}".encode()).hexdigest()[:12]


def artwork(user: "User") -> bytes:
    """Return the picture as JPEG."""
    return _jpeg(_of_avatar(user) or _of_initial(user))


def _of_avatar(user: "User") -> Image.Image | None:
    """Return the avatar in the size that is needed. It was encoded by this site, so it is safe to decode here."""
    if not user.avatar:
        return None
    try:
        with user.avatar.open("rb") as file, Image.open(file) as image:
            return image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    except OSError:  # the file is gone
        return None


def _of_initial(user: "User") -> Image.Image:
    image = Image.new("RGB", (SIDE, SIDE), _GROUND)
    font = ImageFont.load_default(size=SIDE // 2)
    ImageDraw.Draw(image).text((SIDE / 2, SIDE / 2), _initial(user), fill=_INK, font=font, anchor="mm")
    return image


def _initial(user: "User") -> str:
    """Return the first letter of the username: it is ASCII, which every font has."""
    return user.username[:1].upper()


def _jpeg(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
