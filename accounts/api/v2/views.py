"""The `/2/users…` views: X's reads of users, following and muting."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from msgspec import UNSET
from rest_framework.request import Request

from accounts import selectors, services
from accounts.api.v2.objects import (
    FollowAnswer,
    FollowBody,
    Following,
    FoundUser,
    FoundUsers,
    MuteAnswer,
    MuteBody,
    MuterPath,
    Muting,
    PageMeta,
    PeopleQuery,
    TargetPath,
    UsernamePath,
    UsernamesQuery,
    UserPage,
    UserPath,
    UserQuery,
    UsersQuery,
    XUser,
)
from accounts.api.v2.reads import COLUMNS, as_users, users_by_id, users_by_name
from accounts.api.views import ApiRequest, XView
from accounts.models import Follow, Mute, User
from spaces_project.common.api import paging
from spaces_project.common.api.kinds import number
from spaces_project.common.api.operations import operation
from spaces_project.common.api.problems import about, not_found
from spaces_project.common.api.scopes import Scope
from spaces_project.common.errors import Refused

TAG = "Users"
READ = (Scope.USERS_READ, Scope.TWEET_READ)


class Me(XView):
    @operation("findMyUser", tag=TAG, scopes=READ)
    def get(self, request: ApiRequest, query: UserQuery) -> FoundUser:
        """Get the user who owns the token."""
        return FoundUser(data=users_by_id([request.user.pk], query.user_fields)[request.user.pk])


class UserById(XView):
    @operation("findUserById", tag=TAG, scopes=READ, needs_user=False)
    def get(self, request: Request, path: UserPath, query: UserQuery) -> FoundUser:
        """Get a user by id."""
        found = users_by_id([number(path.id)], query.user_fields)
        return one(found.get(number(path.id)), "id", path.id)


class UsersById(XView):
    @operation("findUsersById", tag=TAG, scopes=READ, needs_user=False)
    def get(self, request: Request, query: UsersQuery) -> FoundUsers:
        """Get up to 100 users by id."""
        found = users_by_id([number(pk) for pk in query.ids], query.user_fields)
        return _several({pk: found.get(number(pk)) for pk in query.ids}, "ids")


class UserByUsername(XView):
    @operation("findUserByUsername", tag=TAG, scopes=READ, needs_user=False)
    def get(self, request: Request, path: UsernamePath, query: UserQuery) -> FoundUser:
        """Get a user by username."""
        found = users_by_name([path.username], query.user_fields)
        return one(found.get(path.username.upper()), "username", path.username)


class UsersByUsername(XView):
    @operation("findUsersByUsername", tag=TAG, scopes=READ, needs_user=False)
    def get(self, request: Request, query: UsernamesQuery) -> FoundUsers:
        """Get up to 100 users by username."""
        found = users_by_name(query.usernames, query.user_fields)
        return _several({name: found.get(name.upper()) for name in query.usernames}, "usernames")


class UsersFollowing(XView):
    @operation("usersIdFollowing", tag=TAG, scopes=READ, needs_user=False)
    def get(self, request: Request, path: UserPath, query: PeopleQuery) -> UserPage:
        """List the users a user follows, latest first."""
        return _follows(path, query, Follow.objects.filter(follower=number(path.id)), "followee")

    @operation("usersIdFollow", tag=TAG, scopes=(Scope.FOLLOWS_WRITE, *READ), errors=(404,))
    def post(self, request: ApiRequest, path: UserPath, body: FollowBody) -> FollowAnswer:
        """Follow a user."""
        require_self(request, path.id)
        followee = selectors.get_user(number(body.target_user_id))
        with about("target_user_id", body.target_user_id):
            services.follow_user(follower=request.user, followee=followee)
        return FollowAnswer(Following(following=True, pending_follow=False))


class UsersFollowers(XView):
    @operation("usersIdFollowers", tag=TAG, scopes=READ, needs_user=False)
    def get(self, request: Request, path: UserPath, query: PeopleQuery) -> UserPage:
        """List the followers of a user, latest first."""
        return _follows(path, query, Follow.objects.filter(followee=number(path.id)), "follower")


class UsersUnfollow(XView):
    @operation("usersIdUnfollow", tag=TAG, scopes=(Scope.FOLLOWS_WRITE, *READ), errors=(404,))
    def delete(self, request: ApiRequest, path: TargetPath) -> FollowAnswer:
        """Unfollow a user."""
        require_self(request, path.id)
        services.unfollow_user(follower=request.user, followee=selectors.get_user(number(path.target_user_id)))
        return FollowAnswer(Following(following=False))


class UsersMuting(XView):
    @operation("usersIdMuting", tag=TAG, scopes=(Scope.MUTE_READ, *READ))
    def get(self, request: ApiRequest, path: UserPath, query: PeopleQuery) -> UserPage:
        """List the users whose posts you muted, latest first."""
        require_self(request, path.id)
        return _related(Mute.objects.filter(muter=request.user), "muted", query)

    @operation("usersIdMute", tag=TAG, scopes=(Scope.MUTE_WRITE, *READ), errors=(404,))
    def post(self, request: ApiRequest, path: UserPath, body: MuteBody) -> MuteAnswer:
        """Mute a user's posts.

        They leave your home timeline, and the user does not notify you. The user is not told.
        """
        require_self(request, path.id)
        muted = selectors.get_user(number(body.target_user_id))
        with about("target_user_id", body.target_user_id):
            services.mute_user(muter=request.user, muted=muted)
        return MuteAnswer(Muting(muting=True))


class UsersUnmute(XView):
    @operation("usersIdUnmute", tag=TAG, scopes=(Scope.MUTE_WRITE, *READ), errors=(404,))
    def delete(self, request: ApiRequest, path: MuterPath) -> MuteAnswer:
        """Show a user's posts again."""
        require_self(request, path.source_user_id)
        services.unmute_user(muter=request.user, muted=selectors.get_user(number(path.target_user_id)))
        return MuteAnswer(Muting(muting=False))


def require_self(request: ApiRequest, user_id: str) -> None:
    """Raise `Refused` `not_yours` if `user_id` is not the owner of the token: a program acts only for its own user."""
    if number(user_id) != request.user.pk:
        raise Refused("not_yours", "The id in the path must be that of the user who owns the token.")


def one(found: XUser | None, parameter: str, value: str) -> FoundUser:
    """Return the user, or the error that X gives for one that was not found. The HTTP status is 200 either way."""
    return FoundUser(data=found) if found else FoundUser(errors=[not_found("user", parameter, value)])


def _several(found: dict[str, XUser | None], parameter: str) -> FoundUsers:
    data = [user for user in found.values() if user is not None]
    errors = [not_found("user", parameter, value) for value, user in found.items() if user is None]
    return FoundUsers(data=data or UNSET, errors=errors or UNSET)


def _follows(path: UserPath, query: PeopleQuery, follows: QuerySet[Follow], side: str) -> UserPage:
    if not User.objects.filter(pk=number(path.id), is_active=True).exists():
        return UserPage(errors=[not_found("user", "id", path.id)], meta=PageMeta(result_count=0))
    return _related(follows, side, query)


def _related(relations: QuerySet[Follow] | QuerySet[Mute], side: str, query: PeopleQuery) -> UserPage:
    """Return a page of the active users at one side of these rows, latest row first."""
    columns = [f"{side}__{column}" for column in COLUMNS]
    rows: QuerySet[Any, Any] = relations.filter(**{f"{side}__is_active": True}).values_list("pk", *columns)
    found: paging.Slice[Any] = paging.page(
        rows, paging.place(query.pagination_token), query.max_results, key=lambda row: int(row[0])
    )
    return _user_page(found, query.user_fields)


def _user_page(found: paging.Slice[Any], fields: Collection[str]) -> UserPage:
    users = as_users([row[1:] for row in found.rows], fields)
    meta = PageMeta(
        result_count=len(users),
        next_token=found.next_token or UNSET,
        previous_token=found.previous_token or UNSET,
    )
    return UserPage(data=users or UNSET, meta=meta)
