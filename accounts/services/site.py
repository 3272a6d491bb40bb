"""The settings of the site, the code that opens the set-up page, the first account of staff, and invitations."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any, BinaryIO, Final

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import rules
from accounts.avatars import encode_avatar
from accounts.models import CONTACT_MAX, SITE_NAME_MAX, SetupCode, SignUp, SignUpInvitation, SiteSettings, User
from accounts.services.profiles import lock_user
from accounts.site import site
from accounts.validators import is_username
from spaces_project.common.errors import BadInput, Conflict, NotFound, Refused
from spaces_project.common.limits import spend
from spaces_project.common.text import clean_line

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 letters and digits without 0, 1, I and O, which look alike."""
CODE_GROUPS, CODE_GROUP = 4, 5
CODE_LASTS: Final = timedelta(hours=24)
CODE_TRIES: Final = 20
"""Wrong tries after which a code is void. A code has 100 bits, so this only stops noise."""
TRIES_OF_ADDRESS, TRIES_WINDOW = 10, timedelta(minutes=10)
MEMBERS_LINKS, STAFF_LINKS = 5, 100
"""How many open invitations a user may have."""
MEMBERS_USES, STAFF_USES = 1, 500
MOST_DAYS: Final = 90


# --- The code ---------------------------------------------------------------------------------------------------------


def new_setup_code() -> str:
    """Make the code that opens the set-up page and return it: `XXXXX-XXXXX-XXXXX-XXXXX`. An earlier one ends.

    Raises `Conflict` `set_up` if the site has an account.
    """
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(CODE_GROUP)) for _ in range(CODE_GROUPS))
    code = "-".join(groups)
    with transaction.atomic():
        _require_no_account()
        SetupCode.objects.all().delete()
        SetupCode.objects.create(digest=_digest_of_code(code), expires_at=timezone.now() + CODE_LASTS)
    return code


def try_setup_code(*, code: str, address: str) -> int:
    """Return the id of the code if it is right. It stays valid until `finish_setup`.

    Raises `Refused` `setup_code_wrong` (also for one that has ended), `Conflict` `set_up`, and `TooMany` `too_many`
    after ten tries from one network address.
    """
    spend(what="setup", user_id=address, limit=TRIES_OF_ADDRESS, window=TRIES_WINDOW)
    _require_no_account()
    row = _open_code()
    if row is not None and hmac.compare_digest(row.digest, _digest_of_code(code)):
        return row.pk
    if row is not None:
        SetupCode.objects.filter(pk=row.pk).update(tries=F("tries") + 1)
    raise _wrong_code()


def require_setup_code(code_id: int | None) -> None:
    """Raise `Refused` `setup_code_wrong` unless the code with this id is still valid."""
    row = _open_code()
    if row is None or row.pk != code_id:
        raise _wrong_code()


def finish_setup(*, code_id: int) -> None:
    """Use the code up. Call it in the transaction that makes the first account.

    Raises `Refused` `setup_code_wrong` if it was used or has ended meanwhile, and `Conflict` `set_up`.
    """
    row = SetupCode.objects.select_for_update().filter(pk=code_id).first()
    if row is None or not _is_open(row):
        raise _wrong_code()
    _require_no_account()
    row.delete()


def _open_code() -> SetupCode | None:
    row = SetupCode.objects.order_by("-pk").first()
    return row if row is not None and _is_open(row) else None


def _is_open(row: SetupCode) -> bool:
    return row.expires_at > timezone.now() and row.tries < CODE_TRIES


def _digest_of_code(code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter in ALPHABET)
    return hashlib.sha256(f"set-up:{plain}".encode()).hexdigest()


def _wrong_code() -> Refused:
    return Refused("setup_code_wrong", _("That code is wrong or has ended. Print a new one: manage.py setup_code."))


def _require_no_account() -> None:
    if User.objects.exists():
        raise Conflict("set_up", _("This site is set up already. Log in, and use the admin."))


# --- The first account ------------------------------------------------------------------------------------------------


def make_admin(*, username: str, email: str, password: str) -> User:
    """Make an account with all rights. Its address counts as confirmed: the operator of the site gave it.

    Raises `BadInput` `bad_username`, `bad_email`, `bad_password` (details: `field`), `Conflict` `username_taken`.
    """
    if not is_username(username):
        raise BadInput("bad_username", _("Use 1 to 15 letters, digits or underscores."), field="username")
    if User.objects.with_username(username).exists():
        raise Conflict("username_taken", _("That username is taken."), field="username")
    user = User(username=username, email=email.strip(), is_staff=True, is_superuser=True)
    try:
        User._meta.get_field("email").run_validators(user.email)
    except ValidationError as error:
        raise BadInput("bad_email", _("Enter an email address."), field="email") from error
    if not user.email:
        raise BadInput("bad_email", _("Enter an email address."), field="email")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadInput("bad_password", " ".join(error.messages), field="password") from error
    user.set_password(password)
    with transaction.atomic():
        user.save()
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


# --- The settings -----------------------------------------------------------------------------------------------------


def change_site(**changes: Any) -> SiteSettings:
    """Change settings of the site, by the names of their fields. What is not named stays.

    Raises `BadInput` with the code of the fault, for example `bad_color` (details: `field`).
    """
    with transaction.atomic():
        row = SiteSettings.objects.select_for_update().filter(pk=SiteSettings.ONLY).first() or SiteSettings()
        for field, value in changes.items():
            setattr(row, field, _cleaned(field, value))
        try:
            row.full_clean()
        except ValidationError as error:
            field, problems = next(iter(error.error_dict.items()))
            code = problems[0].code if str(problems[0].code).startswith("bad_") else f"bad_{field}"
            raise BadInput(str(code), " ".join(problems[0].messages), field=field) from error
        row.set_up_at = row.set_up_at or timezone.now()
        row.save()
    return row


def set_logo(*, image: BinaryIO | None) -> None:
    """Decode and re-encode `image` and make it the logo, or remove the logo if it is None.

    Raises `BadInput` `bad_image`, and `TryAgain` while too many images are being decoded.
    """
    encoded = encode_avatar(image) if image is not None else None
    with transaction.atomic():
        row = SiteSettings.objects.select_for_update().filter(pk=SiteSettings.ONLY).first() or SiteSettings()
        old = row.logo.name
        if encoded is None:
            row.logo = ""
        else:
            row.logo.save("logo", ContentFile(encoded), save=False)
        row.save()
        if old:
            transaction.on_commit(lambda: default_storage.delete(old), robust=True)


def _cleaned(field: str, value: Any) -> Any:
    """Return text without invisible characters. It stands on every page."""
    if field not in ("name", "contact") or not isinstance(value, str):
        return value
    return clean_line(value, limit={"name": SITE_NAME_MAX, "contact": CONTACT_MAX}[field])


# --- Invitations to sign up -------------------------------------------------------------------------------------------


def invite_to_sign_up(*, user: User, uses: int = 1, days: int = 7) -> tuple[SignUpInvitation, str]:
    """Make a link with which `uses` people may sign up within `days`. Return the row, and the key for the link, which
    is available here and never again.

    Raises `Refused` `invite_not_needed`, `invite_staff_only`; `BadInput` `bad_uses`, `bad_days`; `Conflict` `too_many`.
    """
    if error := rules.inviting_refusal(user):
        raise error
    most = STAFF_USES if user.is_staff else MEMBERS_USES
    if not 1 <= uses <= most:
        raise BadInput(
            "bad_uses",
            _("An invitation of yours may be for 1 to {limit} people.").format(limit=most),
            field="uses",
            max=most,
        )
    if not 1 <= days <= MOST_DAYS:
        raise BadInput("bad_days", _("Choose from 1 to {limit} days.").format(limit=MOST_DAYS), field="days")
    key = secrets.token_urlsafe(24)
    with transaction.atomic():
        lock_user(user.pk)
        open_ones = SignUpInvitation.objects.filter(inviter=user, used__lt=F("uses"), expires_at__gt=timezone.now())
        if open_ones.count() >= (STAFF_LINKS if user.is_staff else MEMBERS_LINKS):
            raise Conflict("too_many", _("You have too many open invitations. Wait, or revoke one."))
        row = SignUpInvitation.objects.create(
            digest=_digest_of_key(key), inviter=user, uses=uses, expires_at=timezone.now() + timedelta(days=days)
        )
    return row, key


def revoke_sign_up_invitation(*, user: User, invitation_id: int) -> None:
    """Revoke one of the user's own invitations. Staff may revoke every one. Idempotent."""
    rows = SignUpInvitation.objects.filter(pk=invitation_id)
    (rows if rules.staff_refusal(user) is None else rows.filter(inviter=user)).delete()


def sign_up_invitations_of(*, user: User) -> list[SignUpInvitation]:
    """Return the user's own invitations, newest first."""
    return list(SignUpInvitation.objects.filter(inviter=user).order_by("-pk")[:STAFF_LINKS])


def find_invitation(*, key: str) -> SignUpInvitation:
    """Return the invitation with this key. Raises `NotFound` `invitation_ended` if there is none, or no longer."""
    row = SignUpInvitation.objects.select_related("inviter").filter(digest=_digest_of_key(key)).first()
    if row is None or not row.is_open or not row.inviter.is_active:
        raise NotFound("invitation_ended", _("This invitation does not work any more. Ask for a new one."))
    return row


def admit_new_user(*, key: str) -> None:
    """Ask the sign-up rule for one new account, and count it on the invitation. Call it in the transaction that makes
    the account.

    Raises `Refused` `sign_up_closed`, `invitation_needed`; `NotFound` `invitation_ended`.
    """
    if error := rules.sign_up_refusal(is_invited=bool(key)):
        raise error
    if site().sign_up != SignUp.INVITED:
        return
    row = find_invitation(key=key)
    if not SignUpInvitation.objects.filter(pk=row.pk, used__lt=F("uses")).update(used=F("used") + 1):
        raise NotFound("invitation_ended", _("This invitation does not work any more. Ask for a new one."))


def forget_old_invitations() -> int:
    """Delete invitations that ended a month ago, and a set-up code that ended. Return how many rows."""
    before = timezone.now() - timedelta(days=30)
    gone, _ = SignUpInvitation.objects.filter(expires_at__lt=before).delete()
    codes, _ = SetupCode.objects.filter(expires_at__lt=timezone.now()).delete()
    return gone + codes


def _digest_of_key(key: str) -> str:
    return hashlib.sha256(f"invitation:{key}".encode()).hexdigest()
