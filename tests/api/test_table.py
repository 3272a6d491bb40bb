"""Who may call what: every operation of the API, for everybody there is."""

import re
from typing import Any

import msgspec
import pytest
from django.db import transaction
from django.test import Client
from oauth2_provider.models import AccessToken

from accounts import services
from accounts.models import Block, SuspensionScope, User
from accounts.services import create_webhook, suspend_user

# Past the gate that suspended users meet: theirs are from before.
from accounts.services.tokens import create_personal_token
from spaces.models import Invitation
from spaces.states import SpaceState
from spaces_project.common.api.scopes import SCOPES, Scope
from tests.api.catalogue import BODIES, QUERIES, Endpoint, endpoints, undeclared
from tests.factories import PostFactory, UserFactory
from tests.recordings.made import made_clip, made_recording
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene
from timeline.services import post_fleet

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

CALLERS = ("owner", "participant", "stranger", "blocked", "suspended", "moderator", "anonymous")
LIVE = """
operation               owner  participant  stranger  blocked  suspended  moderator  anonymous
findSpacesByIds         200    200          200       200      200        200        401
findSpaceById           200    200          200       200      200        200        401
spaceBuyers             200    200          200       200      200        200        401
spaceTweets             200    200          200       200      200        200        401
findSpacesByCreatorIds  200    200          200       200      200        200        401
searchSpaces            200    200          200       200      200        200        401
createTweet             201    201          201       201      403        201        401
deleteTweetById         200    403          403       404      403        403        401
findTweetById           200    200          200       200      200        200        401
findTweetsById          200    200          200       200      200        200        401
findUsersById           200    200          200       200      200        200        401
findUserById            200    200          200       200      200        200        401
usersIdFollowers        200    200          200       200      200        200        401
usersIdFollowing        200    200          200       200      200        200        401
usersIdFollow           200    200          200       200      403        200        401
usersIdUnfollow         200    200          200       200      200        200        401
usersIdMuting           200    200          200       200      200        200        401
usersIdMute             200    200          200       200      200        200        401
usersIdUnmute           200    200          200       200      200        200        401
getUsersIdBookmarks     200    200          200       200      200        200        401
postUsersIdBookmarks    200    200          200       404      403        200        401
usersIdBookmarksDelete  200    200          200       200      200        200        401
usersIdTimeline         200    200          200       200      200        200        401
usersIdTweets           200    200          200       200      200        200        401
findUsersByUsername     200    200          200       200      200        200        401
findUserByUsername      200    200          200       200      200        200        401
findMyUser              200    200          200       200      200        200        401
listBlocks              200    200          200       200      200        200        401
unblock                 204    204          204       204      204        204        401
block                   400    204          204       204      204        204        401
listFleets              200    200          200       200      200        200        401
createFleet             201    201          201       201      403        201        401
createPost              201    201          201       201      403        201        401
deleteFleet             204    404          404       404      404        404        401
seeFleet                204    204          204       404      204        204        401
listFleetViewers        200    404          404       404      404        404        401
getFleets               200    200          200       404      200        200        401
unfollow                204    204          204       204      204        204        401
follow                  400    204          204       403      403        204        401
getMe                   200    200          200       200      200        200        401
updateMe                200    200          200       200      403        200        401
listThreads             200    200          200       200      200        200        401
getThread               200    200          200       200      200        200        401
sendMessage             400    201          201       403      403        201        401
markThreadRead          204    204          204       204      204        204        401
listNotifications       200    200          200       200      200        200        401
markNotificationsSeen   204    204          204       204      204        204        401
createReport            403    201          201       201      403        201        401
listSpaces              200    200          200       200      200        200        401
createSpace             409    201          201       201      403        201        401
getSpace                200    200          200       200      200        200        401
updateSpace             200    403          403       403      403        403        401
cancelSpace             409    409          409       409      409        409        401
setCaptionConsent       200    403          403       403      403        403        401
setCaptionLanguage      204    403          403       403      403        403        401
listCaptions            200    200          200       403      200        200        401
listComments            200    200          200       403      200        200        401
createComment           201    201          403       403      403        403        401
deleteComment           404    403          403       403      403        403        401
allowComments           204    403          403       403      403        403        401
getCaptionsFile         200    200          200       403      200        200        401
declineCohost           403    204          403       403      403        403        401
acceptCohost            403    204          403       403      403        403        401
withdrawCohost          204    403          403       403      403        403        401
inviteCohost            204    403          403       403      403        403        401
endSpace                200    403          403       403      403        403        401
handOver                204    403          403       403      403        403        401
invite                  204    403          403       403      403        403        401
lockSpace               200    403          403       403      403        403        401
setAccountsOnly         200    403          403       403      403        403        401
getSpaceLog             200    403          403       403      403        200        401
stepDown                403    403          403       403      403        403        401
acceptMicrophone        403    204          403       403      403        403        401
setOwnMicrophone        204    403          403       403      403        403        401
muteAll                 204    403          403       403      403        403        401
listParticipants        200    200          403       403      403        403        401
removeParticipant       204    403          403       403      403        403        401
takeMicrophone          409    403          403       403      403        403        401
muteParticipant         409    403          403       403      403        403        401
listPins                200    200          200       200      200        200        401
pinPost                 201    403          403       404      403        403        401
unpinPost               404    403          403       403      403        403        401
leaveSpace              403    204          403       403      403        403        401
joinSpace               200    200          200       403      403        200        401
setSpeakPolicy          200    403          403       403      403        403        401
react                   204    204          403       403      403        403        401
getRecording            404    404          404       404      404        404        401
setClipsAllowed         404    404          404       404      404        404        401
listClips               404    404          404       404      404        404        401
createClip              404    404          404       404      404        404        401
getClip                 200    200          200       404      200        200        401
deleteClip              204    404          404       404      404        404        401
clearReminder           204    204          204       204      204        204        401
setReminder             409    409          409       409      403        409        401
cancelRequest           403    204          403       403      403        403        401
requestToSpeak          403    409          403       403      403        403        401
approveRequest          204    403          403       403      403        403        401
declineRequest          204    403          403       403      403        403        401
approveRequests         200    403          403       403      403        403        401
declineRequests         200    403          403       403      403        403        401
startSpace              409    409          409       409      409        409        401
listTopics              200    200          200       200      200        200        401
listWebhooks            200    200          200       200      200        200        401
createWebhook           201    201          201       201      403        201        401
deleteWebhook           204    404          404       404      404        404        401
"""
SCHEDULED = """
operation          owner  participant  stranger  blocked  suspended  moderator  anonymous
createSpace        201    201          201       201      403        201        401
updateSpace        200    403          403       403      403        403        401
cancelSpace        200    403          403       403      403        403        401
setCaptionConsent  409    409          409       409      409        409        401
acceptCohost       409    409          409       409      409        409        401
endSpace           409    409          409       409      409        409        401
handOver           409    409          409       409      409        409        401
lockSpace          409    409          409       409      409        409        401
setAccountsOnly    409    409          409       409      409        409        401
stepDown           409    409          409       409      409        409        401
acceptMicrophone   409    409          409       409      409        409        401
setOwnMicrophone   409    409          409       409      409        409        401
muteAll            409    409          409       409      409        409        401
listParticipants   409    409          409       409      409        409        401
removeParticipant  409    409          409       409      409        409        401
takeMicrophone     409    409          409       409      409        409        401
muteParticipant    409    409          409       409      409        409        401
pinPost            409    409          409       404      403        409        401
unpinPost          409    409          409       409      409        409        401
leaveSpace         409    409          409       409      409        409        401
joinSpace          409    409          409       409      403        409        401
react              409    409          409       409      409        409        401
setReminder        204    204          204       403      403        204        401
cancelRequest      409    409          409       409      409        409        401
requestToSpeak     409    409          409       409      409        409        401
approveRequest     409    409          409       409      409        409        401
declineRequest     409    409          409       409      409        409        401
approveRequests    409    409          409       409      409        409        401
declineRequests    409    409          409       409      409        409        401
startSpace         200    403          403       403      403        403        401
"""
"""The operations whose answers differ where the Space is to come."""


class World:
    """A Space of the owner's with people in it, and something of everything the owner can have."""

    def __init__(self, state: SpaceState) -> None:
        self.scene = Scene(state=state)
        blocked, suspended, self.target = UserFactory.create_batch(3, followers_count=600)
        staff = moderator()
        User.objects.filter(pk=staff.pk).update(followers_count=600)
        self.callers: dict[str, User | None] = {
            "owner": self.scene.host,
            "participant": self.scene.listener,
            "stranger": self.scene.outsider,
            "blocked": blocked,
            "suspended": suspended,
            "moderator": staff,
            "anonymous": None,
        }
        Block.objects.create(blocker=self.scene.host, blocked=blocked)
        suspend_user(user=suspended, scope=SuspensionScope.ENTIRELY)
        self.scene.ask(self.scene.listener)
        Invitation.objects.create(
            space=self.scene.space, inviter=self.scene.host, invitee=self.scene.listener, to_speak=True, to_cohost=True
        )
        self.post = PostFactory.create(author=self.scene.host)
        self.fleet = post_fleet(author=self.scene.host, text="Hello")
        self.webhook = create_webhook(owner=self.scene.host, url="https://example.com/", events=["space.started"])
        self.clip = made_clip(made_recording(host=self.scene.host, with_files=False), with_file=False)
        self.keys = {name: self._key(user) for name, user in self.callers.items() if user is not None}

    def _key(self, user: User) -> str:
        return create_personal_token(user=user, name="t", scopes=[scope.value for scope in SCOPES]).key

    def status(self, endpoint: Endpoint, caller: str) -> int:
        """Return the status of the answer. All changes are rolled back."""
        headers = {"authorization": f"Bearer {self.keys[caller]}"} if caller in self.keys else {}
        body = {name: self._filled(value) for name, value in BODIES.get(endpoint.operation.name, {}).items()}
        with transaction.atomic():
            answer = Client().generic(
                endpoint.method.upper(),
                self._address(endpoint, caller),
                _json(body) if endpoint.operation.body else b"",
                content_type="application/json",
                headers=headers,
            )
            transaction.set_rollback(True)
        return answer.status_code

    def _address(self, endpoint: Endpoint, caller: str) -> str:
        me = self.callers[caller] or self.scene.host
        names = {
            "user_id": self.scene.listener if "spaces/" in endpoint.route else self.scene.host,
            "target_user_id": self.scene.host,
        }
        values = {name: str(user.pk) for name, user in names.items()} | {
            "username": self.scene.host.username,
            "source_user_id": str(me.pk),
            "post_id": str(self.post.pk),
            "tweet_id": str(self.post.pk),
            "fleet_id": str(self.fleet.pk),
            "webhook_id": str(self.webhook.pk),
            "comment_id": "1",
            "clip_id": self.clip.public_id,
            "format": "vtt",
            "id": self._id(endpoint, me),
        }
        path = re.sub(r"<str:(\w+)>", lambda found: values[found[1]], endpoint.route)
        return f"/{path}?{self._filled(QUERIES.get(endpoint.operation.name, ''))}"

    def _id(self, endpoint: Endpoint, me: User) -> str:
        if "spaces/" in endpoint.route:
            return self.scene.id
        if "tweets/" in endpoint.route:
            return str(self.post.pk)
        follows = "follow" in endpoint.operation.name.lower() and endpoint.method != "get"
        is_own = any(word in endpoint.route for word in ("timelines", "bookmarks", "muting"))
        return str(me.pk if follows or is_own else self.scene.host.pk)

    def _filled(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return value.format(
            space=self.scene.id,
            host=self.scene.host.pk,
            username=self.scene.host.username,
            target=self.target.pk,
            cohost=self.scene.cohost.pk,
            post=self.post.pk,
        )


def _json(body: dict[str, Any]) -> bytes:
    return msgspec.json.encode(body)


def parsed(table: str) -> dict[str, list[str]]:
    head, *lines = [line.split() for line in table.strip().splitlines()]
    assert head[1:] == list(CALLERS)
    return {name: statuses for name, *statuses in lines}


def answers(world: World, endpoint: Endpoint) -> list[str]:
    return [str(world.status(endpoint, caller)) for caller in CALLERS]


@pytest.mark.asvs("8.1.2")
def test_the_table_has_every_operation() -> None:
    assert {endpoint.operation.name for endpoint in endpoints()} == set(parsed(LIVE))


def test_there_is_nothing_under_its_addresses_but_operations() -> None:
    assert undeclared() == []


def test_no_two_operations_have_one_name() -> None:
    names = [endpoint.operation.name for endpoint in endpoints()]
    assert len(set(names)) == len(names)


@pytest.mark.asvs("8.2.1")
def test_who_may_call_what_of_a_live_space() -> None:
    world = World(SpaceState.LIVE)
    assert {str(endpoint): answers(world, endpoint) for endpoint in endpoints()} == parsed(LIVE)


def test_who_may_call_what_of_a_scheduled_one() -> None:
    world, expected = World(SpaceState.SCHEDULED), parsed(SCHEDULED)
    asked = [endpoint for endpoint in endpoints() if endpoint.operation.name in expected]
    assert {str(endpoint): answers(world, endpoint) for endpoint in asked} == expected


@pytest.mark.asvs("10.3.2")
def test_a_token_without_scopes_of_an_operation_is_refused_everywhere() -> None:
    world = World(SpaceState.LIVE)
    for endpoint in endpoints():
        needed = endpoint.operation.scopes
        wrong = next(scope.value for scope in (Scope.DM_WRITE, Scope.BLOCK_READ) if scope not in needed)
        world.keys["owner"] = create_personal_token(user=world.scene.host, name="t", scopes=[wrong]).key
        assert world.status(endpoint, "owner") == 403, endpoint
        services.revoke_personal_token(user=world.scene.host, token_id=AccessToken.objects.latest("pk").pk)


@pytest.mark.asvs("10.4.11")
def test_an_app_in_its_own_name_reads_what_is_public_and_nothing_else() -> None:
    world = World(SpaceState.LIVE)
    world.keys["anonymous"] = "app"
    everything = " ".join(scope.value for scope in SCOPES)
    AccessToken.objects.create(token="app", scope=everything, expires=services.NEVER)
    for endpoint in endpoints():
        expected = 403 if endpoint.operation.needs_user else 200
        assert world.status(endpoint, "anonymous") == expected, endpoint
