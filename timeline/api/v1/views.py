"""The `/api/v1` views for posts, Fleets, messages and notifications."""

from typing import BinaryIO

from django.conf import settings
from django.urls import reverse
from msgspec import UNSET, UnsetType

from accounts.api.views import ApiRequest, ApiView
from accounts.selectors import get_user
from spaces.events import wire
from spaces_project.common.api.kinds import number
from spaces_project.common.api.operations import Files, operation
from spaces_project.common.api.scopes import Scope
from spaces_project.common.errors import BadInput
from timeline import services
from timeline.api.v1.objects import (
    FleetLine,
    FleetPath,
    Fleets,
    FleetStack,
    FleetStacks,
    Inbox,
    MessageLine,
    NewFleet,
    NewMessage,
    NotificationLine,
    Notifications,
    PageQuery,
    PictureLine,
    PostDraft,
    PostLine,
    Seen,
    Thread,
    ThreadLine,
    UserPath,
    Viewers,
)
from timeline.models import PICTURES_OF_A_POST, Fleet, Notification, NotificationKind, Post
from timeline.selectors import fleets, messages, notifications
from timeline.selectors.posts import pictures_by_post


class Posts(ApiView):
    @operation(
        "createPost",
        tag="Posts",
        scopes=(Scope.TWEET_WRITE,),
        status=201,
        creates=True,
        errors=(404, 413),
        files=Files("pictures", PICTURES_OF_A_POST),
    )
    def post(self, request: ApiRequest, body: PostDraft, files: list[BinaryIO]) -> PostLine:
        """Write a post with up to four pictures, optionally as a reply or a quote.

        JSON, or with pictures `multipart/form-data`. A picture is a JPEG, PNG, WebP or GIF of up to 10 MB; all of a
        request may have 11 MB. It is re-encoded, and loses its metadata.
        """
        if len(body.alts) > len(files):
            raise BadInput("bad_request", "There are more descriptions than pictures.")
        alts = [*body.alts, *[""] * (len(files) - len(body.alts))]
        post = services.create_post(
            author=request.user,
            text=body.text,
            reply_to_id=None if body.reply_to is UNSET else number(body.reply_to),
            quote_of_id=None if body.quote_of is UNSET else number(body.quote_of),
            pictures=[services.NewPicture(file, alt) for file, alt in zip(files, alts, strict=True)],
        )
        return _post(post)


def _post(post: Post) -> PostLine:
    pictures = [
        PictureLine(settings.PUBLIC_ORIGIN + shown.get_absolute_url(), shown.width, shown.height, shown.alt)
        for shown in pictures_by_post([post]).get(post.pk, [])
    ]
    return PostLine(
        str(post.pk), post.text, settings.PUBLIC_ORIGIN + post.get_absolute_url(), post.created_at, pictures
    )


class FleetsOfAll(ApiView):
    @operation("listFleets", tag="Fleets", scopes=(Scope.TWEET_READ,))
    def get(self, request: ApiRequest) -> FleetStacks:
        """List the users with current Fleets: yourself and the users you follow."""
        row = fleets.fleet_row(user=request.user)
        return FleetStacks(_stack(row.own), [_stack(stack) for stack in row.others])

    @operation("createFleet", tag="Fleets", scopes=(Scope.TWEET_WRITE,), status=201, creates=True)
    def post(self, request: ApiRequest, body: NewFleet) -> FleetLine:
        """Post a text Fleet for 24 hours."""
        fleet = services.post_fleet(author=request.user, text=body.text, background=body.background)
        return _fleet(fleet, is_seen=True)


class FleetsOfOne(ApiView):
    @operation("getFleets", tag="Fleets", scopes=(Scope.TWEET_READ,), errors=(404,))
    def get(self, request: ApiRequest, path: UserPath) -> Fleets:
        """List the Fleets of a user, oldest first."""
        stack = fleets.fleet_stack(author=get_user(number(path.user_id)), viewer=request.user)
        lines = [_fleet(shown.fleet, is_seen=shown.is_seen) for shown in stack.fleets]
        return Fleets(wire.person(stack.author), lines)


class OneFleet(ApiView):
    @operation("deleteFleet", tag="Fleets", scopes=(Scope.TWEET_WRITE,), status=204, errors=(404,))
    def delete(self, request: ApiRequest, path: FleetPath) -> None:
        """Delete your own Fleet."""
        services.delete_fleet(user=request.user, fleet_id=number(path.fleet_id))


class SeenFleet(ApiView):
    @operation("seeFleet", tag="Fleets", scopes=(Scope.TWEET_READ,), status=204, errors=(404,))
    def put(self, request: ApiRequest, path: FleetPath) -> None:
        """Mark a Fleet as seen."""
        services.see_fleet(viewer=request.user, fleet_id=number(path.fleet_id))


class FleetViewers(ApiView):
    @operation("listFleetViewers", tag="Fleets", scopes=(Scope.TWEET_READ,), errors=(404,))
    def get(self, request: ApiRequest, path: FleetPath, query: PageQuery) -> Viewers:
        """List the users who saw your own Fleet."""
        count, page = fleets.seen_by(user=request.user, fleet_id=number(path.fleet_id), cursor=cursor(query))
        return Viewers(count, [wire.person(view.viewer) for view in page.items], page.next_cursor)


class Messages(ApiView):
    @operation("listThreads", tag="Messages", scopes=(Scope.DM_READ,))
    def get(self, request: ApiRequest, query: PageQuery) -> Inbox:
        """List your message threads, latest first."""
        page = messages.inbox(user=request.user, cursor=cursor(query))
        lines = [
            ThreadLine(
                person=wire.person(side.other),
                unread=side.unread,
                text=side.last_message.text,
                at=side.last_message.created_at,
            )
            for side in page.items
        ]
        return Inbox(lines, page.next_cursor)


class OneThread(ApiView):
    @operation("getThread", tag="Messages", scopes=(Scope.DM_READ,), errors=(404,))
    def get(self, request: ApiRequest, path: UserPath, query: PageQuery) -> Thread:
        """List the messages of a thread. This does not mark them as read."""
        other = get_user(number(path.user_id))
        page = messages.thread_page(user=request.user, other=other, cursor=cursor(query))
        return Thread(
            person=wire.person(other),
            can_write=page.can_write,
            data=[_message(row) for row in page.messages],
            next=page.earlier,
        )

    @operation("sendMessage", tag="Messages", scopes=(Scope.DM_WRITE,), status=201, creates=True, errors=(404,))
    def post(self, request: ApiRequest, path: UserPath, body: NewMessage) -> MessageLine:
        """Send a message to a user."""
        sent = services.send_message(sender=request.user, to=get_user(number(path.user_id)), text=body.text)
        return MessageLine(id=str(sent.pk), text=sent.text, is_own=True, is_read=False, created_at=sent.created_at)


class ReadThread(ApiView):
    @operation("markThreadRead", tag="Messages", scopes=(Scope.DM_READ,), status=204, errors=(404,))
    def put(self, request: ApiRequest, path: UserPath) -> None:
        """Mark the messages of a user as read."""
        services.mark_read(user=request.user, other=get_user(number(path.user_id)))


class AllNotifications(ApiView):
    @operation("listNotifications", tag="Notifications", scopes=(Scope.NOTIFICATIONS_READ,))
    def get(self, request: ApiRequest, query: PageQuery) -> Notifications:
        """List your notifications, latest first. This does not mark them as seen."""
        page = notifications.notifications(user_id=request.user.pk, cursor=cursor(query))
        return Notifications([_notification(row) for row in page.items], page.next_cursor)


class SeenNotifications(ApiView):
    @operation("markNotificationsSeen", tag="Notifications", scopes=(Scope.NOTIFICATIONS_READ,), status=204)
    def put(self, request: ApiRequest, body: Seen) -> None:
        """Mark notifications as seen, up to and including one."""
        services.mark_seen(user=request.user, up_to=number(body.up_to))


def cursor(query: PageQuery) -> str | None:
    return None if query.cursor is UNSET else query.cursor


def _stack(stack: fleets.FleetAuthor) -> FleetStack:
    return FleetStack(author=wire.person(stack.person), count=stack.count, unseen=stack.unseen)


def _fleet(fleet: Fleet, *, is_seen: bool) -> FleetLine:
    return FleetLine(
        id=str(fleet.pk),
        kind=fleet.kind,
        text=fleet.text,
        background=fleet.background,
        created_at=fleet.created_at,
        expires_at=fleet.expires_at,
        is_seen=is_seen,
        image=reverse("fleet_image", args=[fleet.pk]) if fleet.image else UNSET,
    )


def _message(row: messages.MessageRow) -> MessageLine:
    return MessageLine(
        id=str(row.id),
        text=row.text,
        is_own=row.is_own,
        is_read=row.is_read,
        created_at=row.created_at,
        space_id=row.card.id if row.card else UNSET,
    )


def _notification(row: Notification) -> NotificationLine:
    space: str | UnsetType = row.space.public_id if row.space else UNSET
    return NotificationLine(
        id=str(row.pk),
        kind=NotificationKind(row.kind),
        actor=wire.person(row.actor),
        created_at=row.created_at,
        is_seen=row.seen_at is not None,
        space_id=space,
        post_id=str(row.post_id) if row.post_id else UNSET,
    )
