"""Users, follows and blocks in the admin.

Follows and blocks are only shown and removed here, through the services, so that the counters stay right.
"""

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from accounts import admin_programs as admin_programs
from accounts import admin_security as admin_security
from accounts import admin_site as admin_site
from accounts import services
from accounts.models import Block, Follow, User
from accounts.notices import tell_owner
from accounts.templatetags.accounts import avatar as avatar_tag

if TYPE_CHECKING:
    # Django's admin classes are generic only for the type checker.
    PersonAdmin = DjangoUserAdmin[User]
    FollowRows = admin.ModelAdmin[Follow]
    BlockRows = admin.ModelAdmin[Block]
else:
    PersonAdmin, FollowRows, BlockRows = DjangoUserAdmin, admin.ModelAdmin, admin.ModelAdmin

POWERS = ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")


@admin.register(User)
class UserAdmin(PersonAdmin):
    list_display = ("thumbnail", "username", "display_name", "followers_count", "protected", "is_active", "is_staff")
    list_display_links = ("thumbnail", "username")
    list_filter = ("is_active", "is_staff", "is_superuser", "protected", "may_host")
    search_fields = ("username", "display_name", "email")
    ordering = ("-id",)
    readonly_fields = ("thumbnail", "set_password", "followers_count", "following_count", "last_login", "date_joined")
    actions = ("recount", "remove_images")
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("username", "set_password", "email")}),
        ("Profile", {"fields": ("thumbnail", "display_name", "bio", "protected")}),
        ("Followers", {"fields": ("followers_count", "following_count")}),
        ("Hosting", {"fields": ("may_host",)}),
        ("Permissions", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "email", "usable_password", "password1", "password2")}),)

    @admin.display(description="image")
    def thumbnail(self, user: User) -> SafeString:
        return avatar_tag(user, "s")

    @admin.display(description="password")
    def set_password(self, user: User) -> str:
        """Return a link to the page that sets a password. Nothing of the present hash is shown."""
        return SafeString('<a class="button" href="../password/">Set another one</a>') if user.pk else "none"

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Leave out the password link for staff who may not change this account."""
        if obj is None or self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        (title, first), *others = self.fieldsets
        shown = {**first, "fields": tuple(name for name in first["fields"] if name != "set_password")}
        return [(title, shown), *others]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Make staff status and permissions read-only unless the acting user is a superuser."""
        fixed = tuple(super().get_readonly_fields(request, obj))
        return fixed if acting(request).is_superuser else (*fixed, *POWERS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Let only superusers change accounts of staff: an editor who sets the email address or the
        password takes the account over."""
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        before = form.initial.get("email", "")
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data and before:
            told = {"from_email": before, "to_email": obj.email}
            get_adapter().send_notification_mail("account/email/email_changed", obj, told, email=before)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Set a new password and tell the owner of the account by mail, because a member of
        staff did it and not they."""
        answer = super().user_change_password(request, id, form_url)
        if request.method == "POST" and answer.status_code == 302:
            tell_owner(user=User.objects.get(pk=id), about="password_changed")
        return answer

    @admin.action(description="Recount followers", permissions=["change"])
    def recount(self, request: HttpRequest, people: QuerySet[User]) -> None:
        healed = services.recount_followers(user_ids=list(people.values_list("pk", flat=True)))
        self.message_user(request, f"{healed} had a wrong count.", messages.SUCCESS)

    @admin.action(description="Remove images", permissions=["change"])
    def remove_images(self, request: HttpRequest, people: QuerySet[User]) -> None:
        for user in _touchable(request, people):
            services.remove_avatar(user=user)
        self.message_user(request, "The images are removed.", messages.SUCCESS)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        services.delete_user(user=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in _touchable(request, queryset):
            services.delete_user(user=user)


def acting(request: HttpRequest) -> User:
    """Return the member of staff who sent the request. The admin site lets no other user in."""
    if not isinstance(request.user, User):
        raise TypeError("the admin site was reached without a user")
    return request.user


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    return user is None or acting(request).is_superuser or not (user.is_staff or user.is_superuser)


def _touchable(request: HttpRequest, people: QuerySet[User]) -> QuerySet[User]:
    return people if acting(request).is_superuser else people.filter(is_staff=False, is_superuser=False)


class LookedAtAndRemoved:
    """A mixin for rows that can be viewed and deleted here, but neither added nor changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Follow)
class FollowAdmin(LookedAtAndRemoved, FollowRows):
    date_hierarchy = "created_at"
    ordering = ("-id",)
    show_full_result_count = False
    list_display = ("follower", "followee", "created_at")
    list_select_related = ("follower", "followee")
    raw_id_fields = ("follower", "followee")
    search_fields = ("follower__username", "followee__username")

    def delete_model(self, request: HttpRequest, obj: Follow) -> None:
        services.unfollow_user(follower=obj.follower, followee=obj.followee)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Follow]) -> None:
        for row in queryset.select_related("follower", "followee"):
            self.delete_model(request, row)


@admin.register(Block)
class BlockAdmin(LookedAtAndRemoved, BlockRows):
    date_hierarchy = "created_at"
    ordering = ("-id",)
    show_full_result_count = False
    list_display = ("blocker", "blocked", "created_at")
    list_select_related = ("blocker", "blocked")
    raw_id_fields = ("blocker", "blocked")
    search_fields = ("blocker__username", "blocked__username")

    def delete_model(self, request: HttpRequest, obj: Block) -> None:
        services.unblock_user(blocker=obj.blocker, blocked=obj.blocked)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Block]) -> None:
        for row in queryset.select_related("blocker", "blocked"):
            self.delete_model(request, row)
