"""Services for a user's profile, image and account."""

from datetime import timedelta
from functools import partial
from typing import BinaryIO

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry as AdminEntry
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.avatars import encode_avatar
from accounts.models import BIO_MAX, DISPLAY_NAME_MAX, AccountExport, User
from spaces_project.common.errors import BadInput, NotFound
from spaces_project.common.limits import spend
from spaces_project.common.mail_files import forget_mails_to
from spaces_project.common.text import clean_line

WINDOW = timedelta(hours=1)
CHANGES, PICTURES = 30, 20


def update_profile(*, user: User, display_name: str, bio: str, protected: bool, as_operator: bool = False) -> User:
    """Set the name, bio and protection of a profile. Changes by moderators (`as_operator`) have no rate limit.

    Raises `BadInput` `too_long` with `details["field"]` and `details["max"]` (characters, after cleaning), and
    `TooMany` `too_many`.
    """
    if not as_operator:
        spend(what="profile", user_id=user.pk, limit=CHANGES, window=WINDOW)
    user.display_name = _cleaned(display_name, field="display_name", limit=DISPLAY_NAME_MAX)
    user.bio = _cleaned(bio, field="bio", limit=BIO_MAX)
    user.protected = protected
    user.save(update_fields=["display_name", "bio", "protected"])
    return user


def choose_language(*, user: User, language: str) -> User:
    """Set the language of the user's pages and mails. Empty: follow the browser."""
    user.language = language
    user.save(update_fields=["language"])
    return user


def set_avatar(*, user: User, image: BinaryIO) -> User:
    """Decode, crop and re-encode `image` and make it the user's image.

    Raises `BadInput` `bad_image`, `TooMany` `too_many`, and `TryAgain` while too many images are being decoded.
    """
    spend(what="picture", user_id=user.pk, limit=PICTURES, window=WINDOW)
    encoded = encode_avatar(image)
    return _replace_avatar(user, ContentFile(encoded))


def remove_avatar(*, user: User) -> User:
    """Remove the user's image, so that pages show initials again. Idempotent."""
    return _replace_avatar(user, None)


def delete_user(*, user: User) -> None:
    """Delete the account with its follows, blocks, image, export and unsent mail, and correct the counters of the users
    on the other side."""
    with transaction.atomic():
        locked = lock_user(user.pk)
        User.objects.filter(following_rows__followee=locked).update(following_count=F("following_count") - 1)
        User.objects.filter(follower_rows__follower=locked).update(followers_count=F("followers_count") - 1)
        old, addresses = locked.avatar.name, _addresses(locked)
        exported = AccountExport.objects.filter(user=locked).first()
        account = str(locked.pk)
        locked.delete()
        _forget_admin_log(account)
        _discard_after_commit(old)
        transaction.on_commit(partial(forget_mails_to, addresses), robust=True)
        if exported is not None:
            transaction.on_commit(partial(exported.path.unlink, missing_ok=True), robust=True)


def _addresses(user: User) -> set[str]:
    return {user.email} | set(EmailAddress.objects.filter(user=user).values_list("email", flat=True))


def _forget_admin_log(account: str) -> None:
    """Remove the account's name from the admin's log. The entries about what staff did to it stay."""
    AdminEntry.objects.filter(content_type__app_label="accounts", content_type__model="user", object_id=account).update(
        object_repr="[deleted]"
    )


def _cleaned(text: str, *, field: str, limit: int) -> str:
    cleaned = clean_line(text, limit=limit)
    if len(cleaned) > limit:
        raise BadInput("too_long", _("Use at most {limit} characters.").format(limit=limit), field=field, max=limit)
    return cleaned


def _replace_avatar(user: User, content: "ContentFile[bytes] | None") -> User:
    with transaction.atomic():
        old = lock_user(user.pk).avatar.name
        user.avatar = None
        if content is not None:
            user.avatar.save("avatar.webp", content, save=False)
        user.save(update_fields=["avatar"])
        _discard_after_commit(old)
    return user


def lock_user(user_id: int) -> User:
    """Return the user's current row, locked until the transaction ends. Raises `NotFound`.

    Code that counts something per user takes this lock first, so that counts of one user never run at the same time.
    """
    locked = User.objects.select_for_update().filter(pk=user_id).first()
    if locked is None:
        raise NotFound("not_found", _("This account does not exist."))
    return locked


def _discard_after_commit(name: str | None) -> None:
    if name:
        storage = User._meta.get_field("avatar").storage
        transaction.on_commit(lambda: storage.delete(name))
