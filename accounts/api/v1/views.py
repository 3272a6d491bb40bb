"""The `/api/v1` views for the caller's account, follows, blocks and webhooks."""

from msgspec import UNSET

from accounts import selectors, services
from accounts.api.v1.objects import (
    Account,
    NewWebhook,
    PeoplePage,
    PeopleQuery,
    PersonLine,
    ProfileChange,
    UserPath,
    WebhookLine,
    WebhookList,
    WebhookPath,
)
from accounts.api.v2.reads import picture
from accounts.api.views import ApiRequest, ApiView
from accounts.models import User, Webhook, WebhookEvent
from accounts.reauthentication import require_reauthenticated
from spaces_project.common.api.kinds import number
from spaces_project.common.api.operations import operation
from spaces_project.common.api.scopes import Scope
from spaces_project.common.errors import BadInput

TAG = "You and others"


class Me(ApiView):
    @operation("getMe", tag=TAG, scopes=(Scope.USERS_READ,))
    def get(self, request: ApiRequest) -> Account:
        """Get your own account."""
        return _account(request.user)

    @operation("updateMe", tag=TAG, scopes=(Scope.USERS_WRITE,))
    def patch(self, request: ApiRequest, body: ProfileChange) -> Account:
        """Change your own profile. Fields that are left out stay as they are."""
        _update(request.user, body)
        return _account(request.user)


class Follow(ApiView):
    @operation("follow", tag=TAG, scopes=(Scope.FOLLOWS_WRITE,), status=204, errors=(404,))
    def put(self, request: ApiRequest, path: UserPath) -> None:
        """Follow a user."""
        services.follow_user(follower=request.user, followee=selectors.get_user(number(path.user_id)))

    @operation("unfollow", tag=TAG, scopes=(Scope.FOLLOWS_WRITE,), status=204, errors=(404,))
    def delete(self, request: ApiRequest, path: UserPath) -> None:
        """Unfollow a user."""
        services.unfollow_user(follower=request.user, followee=selectors.get_user(number(path.user_id)))


class Blocks(ApiView):
    @operation("listBlocks", tag=TAG, scopes=(Scope.BLOCK_READ,))
    def get(self, request: ApiRequest, query: PeopleQuery) -> PeoplePage:
        """List the users you blocked, latest first."""
        cursor = None if query.cursor is UNSET else query.cursor
        page = selectors.blocked_by(user_id=request.user.pk, cursor=cursor)
        return PeoplePage([PersonLine(str(p.pk), p.username, p.name) for p in page.items], page.next_cursor)


class Block(ApiView):
    @operation("block", tag=TAG, scopes=(Scope.BLOCK_WRITE,), status=204, errors=(404,))
    def put(self, request: ApiRequest, path: UserPath) -> None:
        """Block a user. Follows in both directions end, and the user cannot join Spaces you host."""
        services.block_user(blocker=request.user, blocked=selectors.get_user(number(path.user_id)))

    @operation("unblock", tag=TAG, scopes=(Scope.BLOCK_WRITE,), status=204, errors=(404,))
    def delete(self, request: ApiRequest, path: UserPath) -> None:
        """Unblock a user."""
        services.unblock_user(blocker=request.user, blocked=selectors.get_user(number(path.user_id)))


class Webhooks(ApiView):
    @operation("listWebhooks", tag="Webhooks", scopes=(Scope.WEBHOOKS_WRITE,))
    def get(self, request: ApiRequest) -> WebhookList:
        """List your own webhooks."""
        return WebhookList([_webhook(row) for row in Webhook.objects.filter(owner=request.user).order_by("pk")])

    @operation("createWebhook", tag="Webhooks", scopes=(Scope.WEBHOOKS_WRITE,), status=201, creates=True)
    def post(self, request: ApiRequest, body: NewWebhook) -> WebhookLine:
        """Subscribe to events of the Spaces you host.

        Deliveries are POSTs signed as Standard Webhooks say: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
        """
        if request.auth is None:
            require_reauthenticated(request)
        made = services.create_webhook(owner=request.user, url=body.url, events=body.events)
        return _webhook(made, secret=made.secret)


class OneWebhook(ApiView):
    @operation("deleteWebhook", tag="Webhooks", scopes=(Scope.WEBHOOKS_WRITE,), status=204, errors=(404,))
    def delete(self, request: ApiRequest, path: WebhookPath) -> None:
        """Unsubscribe."""
        services.delete_webhook(owner=request.user, webhook_id=number(path.webhook_id))


def _update(user: User, body: ProfileChange) -> None:
    """Update the profile with the fields that the request has.

    Raises `BadInput`; its `details["field"]` is the name that the request uses: `description`, not `bio`.
    """
    try:
        services.update_profile(
            user=user,
            display_name=user.display_name if body.display_name is UNSET else body.display_name,
            bio=user.bio if body.description is UNSET else body.description,
            protected=user.protected if body.protected is UNSET else body.protected,
        )
    except BadInput as error:
        if error.details.get("field") == "bio":
            raise BadInput(error.code, error.message, **{**error.details, "field": "description"}) from error
        raise


def _account(user: User) -> Account:
    return Account(
        id=str(user.pk),
        username=user.username,
        name=user.name,
        display_name=user.display_name,
        description=user.bio,
        protected=user.protected,
        followers_count=user.followers_count,
        following_count=user.following_count,
        profile_image_url=picture(user.avatar.name) if user.avatar.name else UNSET,
    )


def _webhook(row: Webhook, *, secret: str = "") -> WebhookLine:
    return WebhookLine(
        id=str(row.pk),
        url=row.url,
        events=[WebhookEvent(event) for event in row.events],
        is_active=row.is_active,
        created_at=row.created_at,
        secret=secret,
    )
