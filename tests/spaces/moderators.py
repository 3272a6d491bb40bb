"""The staff, for tests."""

from django.contrib.auth.models import Permission

from accounts.models import User
from spaces.models.moderation.report import MODERATE, SENIOR
from tests.factories import UserFactory


def moderator(*, senior: bool = False) -> User:
    """Make a moderator with the permissions of the migration's groups. Tests of sockets empty the tables, and the
    groups with them."""
    user = UserFactory.create(is_staff=True)
    codes = [MODERATE, SENIOR] if senior else [MODERATE]
    looks = Permission.objects.filter(content_type__app_label="spaces", codename__startswith="view_")
    user.user_permissions.set(looks | Permission.objects.filter(codename__in=codes))
    return user
