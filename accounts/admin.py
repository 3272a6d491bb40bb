"""People in the admin. Relations are shown and removed here through the services, never typed in: counters follow."""

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts import admin_programs as admin_programs
from accounts import services
from accounts.models import Block, Follow, User
from accounts.templatetags.accounts import avatar as avatar_tag

if TYPE_CHECKING:
    # Django's admin classes are generic for the type checker only.
    PersonAdmin = DjangoUserAdmin[User]
    FollowRows = admin.ModelAdmin[Follow]
    BlockRows = admin.ModelAdmin[Block]
else:
    PersonAdmin, FollowRows, BlockRows = DjangoUserAdmin, admin.ModelAdmin, admin.ModelAdmin


@admin.register(User)
class UserAdmin(PersonAdmin):
    list_display = ("thumbnail", "username", "display_name", "followers_count", "protected", "is_active", "is_staff")
    list_display_links = ("thumbnail", "username")
    list_filter = ("is_active", "is_staff", "is_superuser", "protected")
    search_fields = ("username", "display_name", "email")
    ordering = ("-id",)
    readonly_fields = ("thumbnail", "followers_count", "following_count", "last_login", "date_joined")
    actions = ("recount", "remove_images")
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("username", "password", "email")}),
        ("Profile", {"fields": ("thumbnail", "display_name", "bio", "protected")}),
        ("Followers", {"fields": ("followers_count", "following_count")}),
        ("Permissions", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "email", "usable_password", "password1", "password2")}),)

    @admin.display(description="image")
    def thumbnail(self, user: User) -> SafeString:
        return avatar_tag(user, "s")

    @admin.action(description="Recount followers")
    def recount(self, request: HttpRequest, people: QuerySet[User]) -> None:
        healed = services.recount_followers(user_ids=list(people.values_list("pk", flat=True)))
        self.message_user(request, f"{healed} had a wrong count.", messages.SUCCESS)

    @admin.action(description="Remove images")
    def remove_images(self, request: HttpRequest, people: QuerySet[User]) -> None:
        for user in people:
            services.remove_avatar(user=user)
        self.message_user(request, "The images are removed.", messages.SUCCESS)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        services.delete_user(user=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            services.delete_user(user=user)


class LookedAtAndRemoved:
    """Rows are not added nor changed here."""

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
