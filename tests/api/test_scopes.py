"""The scope of every socket command and every API operation, written a second time by hand, against the rule table.

A wrong scope is silent: a token that may only take part would mute others, and no other test would notice.
"""

import pytest

from spaces.doors.signalling.consumers import HomeConsumer, ListenInConsumer, SpaceConsumer
from spaces.doors.signalling.messages import tag_of
from spaces.rules import RULES, Action, Standing
from spaces_project.common.api.scopes import Scope
from tests.api.catalogue import endpoints
from tests.api.test_alike import OPERATIONS
from tests.signalling.test_rules_table import ACTIONS, TWO_ACTIONS

COMMANDS = """
join                space.read
sync                space.read
ping                space.read
leave               space.read
people              space.read
audio.servers       space.read
audio.listen        space.read
audio.http          space.read
audio.answer        space.read
audio.candidate     space.read
audio.close         space.read
captions.lines      space.read
captions.source     space.write
comment             space.write
comment.remove      space.write
comments            space.read
comments.set        space.moderate
captions.text       space.write
captions.consent    space.write
captions.take_back  space.write
start               space.write
end                 space.write
request             space.write
request.cancel      space.write
mute                space.write
unmute              space.write
step_down           space.write
cohost.accept       space.write
cohost.decline      space.write
invite              space.write
mic.accept          space.write
react               space.write
audio.speak         space.write
captions.language   space.moderate
captions.translate  space.moderate
request.approve     space.moderate
request.decline     space.moderate
requests.approve    space.moderate
requests.decline    space.moderate
mute.other          space.moderate
mute.all            space.moderate
mic.take            space.moderate
remove              space.moderate
policy.set          space.moderate
rename              space.moderate
lock.set            space.moderate
accounts_only.set   space.moderate
recording.start     space.moderate
recording.stop      space.moderate
recording.show      space.moderate
recording.agree     space.write
cohost.invite       space.moderate
cohost.withdraw     space.moderate
host.hand_over      space.moderate
"""
API = """
findSpacesByIds         space.read users.read tweet.read
findSpaceById           space.read users.read tweet.read
spaceBuyers             space.read users.read tweet.read
spaceTweets             space.read tweet.read users.read
findSpacesByCreatorIds  space.read users.read tweet.read
searchSpaces            space.read users.read tweet.read
findTweetsById          tweet.read users.read
createTweet             tweet.write tweet.read users.read
deleteTweetById         tweet.write tweet.read users.read
findTweetById           tweet.read users.read
findUsersById           users.read tweet.read
findUserById            users.read tweet.read
usersIdFollowers        users.read tweet.read
usersIdFollowing        users.read tweet.read
usersIdFollow           follows.write users.read tweet.read
usersIdUnfollow         follows.write users.read tweet.read
usersIdMuting           mute.read users.read tweet.read
usersIdMute             mute.write users.read tweet.read
usersIdUnmute           mute.write users.read tweet.read
getUsersIdBookmarks     bookmark.read tweet.read users.read
postUsersIdBookmarks    bookmark.write tweet.read users.read
usersIdBookmarksDelete  bookmark.write tweet.read users.read
usersIdTimeline         tweet.read users.read
usersIdTweets           tweet.read users.read
findUsersByUsername     users.read tweet.read
findUserByUsername      users.read tweet.read
findMyUser              users.read tweet.read
listBlocks              block.read
unblock                 block.write
block                   block.write
listFleets              tweet.read
createFleet             tweet.write
createPost              tweet.write
deleteFleet             tweet.write
seeFleet                tweet.read
listFleetViewers        tweet.read
getFleets               tweet.read
unfollow                follows.write
follow                  follows.write
getMe                   users.read
updateMe                users.write
listThreads             dm.read
getThread               dm.read
sendMessage             dm.write
markThreadRead          dm.read
listNotifications       notifications.read
markNotificationsSeen   notifications.read
createReport            space.write
listSpaces              space.read
createSpace             space.write
getSpace                space.read
updateSpace             space.write
setAccountsOnly         space.moderate
cancelSpace             space.write
setCaptionConsent       space.write
setCaptionLanguage      space.moderate
listCaptions            space.read
listComments            space.read
createComment           space.write
deleteComment           space.write
allowComments           space.moderate
getCaptionsFile         space.read
declineCohost           space.write
acceptCohost            space.write
withdrawCohost          space.moderate
inviteCohost            space.moderate
endSpace                space.write
handOver                space.moderate
invite                  space.write
lockSpace               space.moderate
getSpaceLog             space.moderate
stepDown                space.write
acceptMicrophone        space.write
setOwnMicrophone        space.write
muteAll                 space.moderate
listParticipants        space.read
removeParticipant       space.moderate
takeMicrophone          space.moderate
muteParticipant         space.moderate
listPins                space.read tweet.read
pinPost                 space.write
unpinPost               space.write
leaveSpace              space.read
joinSpace               space.read
setSpeakPolicy          space.moderate
react                   space.write
getRecording            space.read
setClipsAllowed         space.moderate
listClips               space.read
createClip              space.write
getClip                 space.read
deleteClip              space.write
clearReminder           space.write
setReminder             space.write
cancelRequest           space.write
requestToSpeak          space.write
approveRequest          space.moderate
declineRequest          space.moderate
approveRequests         space.moderate
declineRequests         space.moderate
startSpace              space.write
listTopics              space.read
listWebhooks            webhooks.write
createWebhook           webhooks.write
deleteWebhook           webhooks.write
"""
"""X's operations under `/2/` need all the scopes that X asks for."""

RUNNING = {Standing.HOST, Standing.ACTING_HOST, Standing.COHOST}
OWN_SPACE = {Action.CREATE, Action.START, Action.END, Action.CANCEL, Action.UPDATE}
"""Creating a Space, starting it and ending it decide about no other person: `space.write`."""
SHARED = {Action.INVITE_TO_SPEAK, Action.UNPIN_OTHER, Action.REMOVE_COMMENT}
"""Actions of those who run a Space that have no command of their own: speakers, too, send `invite` and remove pins,
and all people remove comments of their own."""
MORE_COMMANDS = {
    "cohost.withdraw": Action.APPOINT,
    "captions.translate": Action.SET_LANGUAGE,
    "accounts_only.set": Action.LOCK,
    "recording.stop": Action.RECORD,
    "recording.show": Action.RECORD,
}
MORE_OPERATIONS = {
    "cancelSpace": Action.CANCEL,
    "updateSpace": Action.UPDATE,
    "getSpaceLog": Action.READ_LOG,
    "setReminder": Action.REMIND,
    "pinPost": Action.PIN,
    "createClip": Action.CLIP,
    "unpinPost": Action.UNPIN,
    "setCaptionConsent": Action.CONSENT,
    "setCaptionLanguage": Action.SET_LANGUAGE,
}
READS = {Action.JOIN, Action.LEAVE, Action.LISTEN, Action.SEE_PEOPLE}
"""What listening takes, and nothing else. People in a Space see each other, so seeing them is no moderation."""


def by_hand(table: str) -> dict[str, set[str]]:
    return {name: set(scopes) for name, *scopes in map(str.split, table.strip().splitlines())}


def test_every_command_has_the_scope_that_is_written_here() -> None:
    declared = {tag_of(row.command): {str(row.scope)} for row in SpaceConsumer.commands}
    assert declared == by_hand(COMMANDS)
    assert {row.scope for row in HomeConsumer.commands} == {Scope.SPACE_READ}
    assert {row.scope for row in ListenInConsumer.commands} == {None}


def test_every_operation_has_the_scopes_that_are_written_here() -> None:
    assert {found.operation.name: set(found.operation.scopes) for found in endpoints()} == by_hand(API)


def wanted(action: Action) -> Scope:
    """Return the scope that the rule table implies for an action."""
    if action in READS:
        return Scope.SPACE_READ
    runs_it = RULES[action].by <= RUNNING and action not in OWN_SPACE | SHARED
    return Scope.SPACE_MODERATE if runs_it else Scope.SPACE_WRITE


def actions_of_commands() -> dict[str, Action]:
    named = {command: action for action, command in ACTIONS.items() if command not in TWO_ACTIONS}
    return named | MORE_COMMANDS


def test_commands_agree_with_the_rule_table() -> None:
    actions = actions_of_commands()
    assert {name: by_hand(COMMANDS)[name] for name in actions} == {name: {wanted(a)} for name, a in actions.items()}


def test_operations_agree_with_the_rule_table_and_with_their_commands() -> None:
    by_command = actions_of_commands()
    alike = {name: by_command[command] for command, name in OPERATIONS.items() if command in by_command}
    actions = alike | MORE_OPERATIONS
    assert {name: by_hand(API)[name] for name in actions} == {name: {wanted(a)} for name, a in actions.items()}


@pytest.mark.parametrize("action", sorted(SHARED))
def test_what_shares_a_command_is_still_decided_by_the_rules(action: Action) -> None:
    assert RULES[action].by <= RUNNING
