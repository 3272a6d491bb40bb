"""Handle each command with one short function: one call into the product, and its answer. No rules here."""

from typing import Any

from spaces import audio, selectors, services, wire
from spaces.ids import new_mixer_id
from spaces.rules import Action
from spaces.signalling import messages
from spaces.signalling.messages import Command
from spaces.signalling.registry import Caller, costs, handles

AUDIO_COMMANDS = (
    messages.AudioListen,
    messages.AudioAnswer,
    messages.AudioSpeak,
    messages.AudioCandidate,
    messages.AudioClose,
)
"""The commands that wait for the gateway. The socket handles them in a lane of their own, in the order they came."""

URGENT: tuple[type[Command], ...] = (
    messages.Mute,
    messages.Unmute,
    messages.StepDown,
    messages.MuteOther,
    messages.MuteAll,
    messages.MicTake,
    messages.Remove,
    messages.End,
    messages.LockSet,
    messages.AccountsOnlySet,
    messages.PolicySet,
    messages.RequestApprove,
    messages.RequestDecline,
    messages.RequestsApprove,
    messages.RequestsDecline,
    messages.CohostInvite,
    messages.CohostWithdraw,
    messages.HandOver,
)
"""The commands that keep order in a Space or close a microphone. They never wait behind reads or joins."""
VERBS: frozenset[type[Command]] = frozenset(
    (
        *URGENT,
        messages.Request,
        messages.RequestCancel,
        messages.MicAccept,
        messages.CohostAccept,
        messages.CohostDecline,
        messages.Invite,
        messages.Leave,
    )
)
"""The commands that change a participant's place. They share one lane, so they run in the order they were sent."""

for _costly in (messages.Join, messages.Sync, messages.People, messages.AudioListen, messages.AudioSpeak):
    costs(_costly)


# --- Coming and going -------------------------------------------------------------------------------------------------


@handles(messages.Join)
async def join(socket: Caller, command: messages.Join) -> Any:
    return await socket.join(resume=command.resume)


@handles(messages.Sync)
async def sync(socket: Caller, command: messages.Sync) -> Any:
    return await socket.snapshot()


@handles(messages.Ping)
async def ping(socket: Caller, command: messages.Ping) -> Any:
    seq, queue_seq = await socket.sequence()
    return {"seq": seq, "queue_seq": queue_seq, "now": wire.clock()}


@handles(messages.Leave)
async def leave(socket: Caller, command: messages.Leave) -> None:
    await socket.leave()


@handles(messages.Start)
async def start(socket: Caller, command: messages.Start) -> None:
    await socket.call(services.start_space)


@handles(messages.End)
async def end(socket: Caller, command: messages.End) -> None:
    await socket.call(services.end_space)


# --- Microphones ------------------------------------------------------------------------------------------------------


@handles(messages.Request)
async def request(socket: Caller, command: messages.Request) -> None:
    await socket.call(services.request_to_speak)


@handles(messages.RequestCancel)
async def cancel_request(socket: Caller, command: messages.RequestCancel) -> None:
    await socket.call(services.cancel_request)


@handles(messages.RequestApprove)
async def approve(socket: Caller, command: messages.RequestApprove) -> None:
    await socket.call(services.approve_request, target_id=int(command.user_id))


@handles(messages.RequestDecline)
async def decline(socket: Caller, command: messages.RequestDecline) -> None:
    await socket.call(services.decline_request, target_id=int(command.user_id))


@handles(messages.RequestsApprove)
async def approve_many(socket: Caller, command: messages.RequestsApprove) -> Any:
    return await socket.call(services.approve_requests, user_ids=_ids(command.user_ids))


@handles(messages.RequestsDecline)
async def decline_many(socket: Caller, command: messages.RequestsDecline) -> Any:
    return await socket.call(services.decline_requests, user_ids=_ids(command.user_ids))


@handles(messages.Mute)
async def mute(socket: Caller, command: messages.Mute) -> None:
    await socket.call(services.mute_self)


@handles(messages.Unmute)
async def unmute(socket: Caller, command: messages.Unmute) -> None:
    await socket.call(services.unmute_self)


@handles(messages.MuteOther)
async def mute_other(socket: Caller, command: messages.MuteOther) -> None:
    await socket.call(services.mute_other, target_id=int(command.user_id))


@handles(messages.MuteAll)
async def mute_all(socket: Caller, command: messages.MuteAll) -> None:
    await socket.call(services.mute_all)


@handles(messages.MicTake)
async def take_mic(socket: Caller, command: messages.MicTake) -> None:
    await socket.call(services.take_mic, target_id=int(command.user_id))


@handles(messages.StepDown)
async def step_down(socket: Caller, command: messages.StepDown) -> None:
    await socket.call(services.step_down)


@handles(messages.Remove)
async def remove(socket: Caller, command: messages.Remove) -> None:
    await socket.call(services.remove_participant, target_id=int(command.user_id))


@handles(messages.People)
async def people(socket: Caller, command: messages.People) -> Any:
    return await socket.call(selectors.people, role=command.role, query=command.q, cursor=command.cursor)


@handles(messages.PolicySet)
async def set_policy(socket: Caller, command: messages.PolicySet) -> None:
    await socket.call(services.set_policy, policy=command.policy)


@handles(messages.LockSet)
async def set_lock(socket: Caller, command: messages.LockSet) -> None:
    await socket.call(services.set_lock, locked=command.locked)


@handles(messages.AccountsOnlySet)
async def set_accounts_only(socket: Caller, command: messages.AccountsOnlySet) -> None:
    await socket.call(services.set_accounts_only, accounts_only=command.accounts_only)


@handles(messages.CohostInvite)
async def appoint(socket: Caller, command: messages.CohostInvite) -> None:
    await socket.call(services.appoint_cohost, invitee_id=int(command.user_id))


@handles(messages.CohostWithdraw)
async def withdraw_cohost(socket: Caller, command: messages.CohostWithdraw) -> None:
    await socket.call(services.withdraw_cohost, invitee_id=int(command.user_id))


@handles(messages.CohostAccept)
async def accept_cohost(socket: Caller, command: messages.CohostAccept) -> None:
    await socket.call(services.accept_cohost)


@handles(messages.CohostDecline)
async def decline_cohost(socket: Caller, command: messages.CohostDecline) -> None:
    await socket.call(services.decline_cohost)


@handles(messages.HandOver)
async def hand_over(socket: Caller, command: messages.HandOver) -> None:
    await socket.call(services.hand_over, target_id=int(command.user_id))


@handles(messages.Invite)
async def invite(socket: Caller, command: messages.Invite) -> None:
    await socket.call(services.invite_person, invitee_id=int(command.user_id), to_speak=command.to_speak)


@handles(messages.MicAccept)
async def accept_mic(socket: Caller, command: messages.MicAccept) -> None:
    await socket.call(services.accept_mic)


@handles(messages.React)
async def react(socket: Caller, command: messages.React) -> None:
    await socket.call(services.react, emoji=command.emoji)


# --- Audio ------------------------------------------------------------------------------------------------------------


@handles(messages.AudioListen)
async def listen(socket: Caller, command: messages.AudioListen) -> Any:
    connection = socket.audio()
    mix = await socket.place.mix(Action.LISTEN)
    return {"sdp": await connection.listen(mix)}


@handles(messages.AudioAnswer)
async def answer(socket: Caller, command: messages.AudioAnswer) -> None:
    await socket.audio().answer(command.sdp)


@handles(messages.AudioSpeak)
async def speak(socket: Caller, command: messages.AudioSpeak) -> Any:
    """Put the microphone into the database first, then into the mixer. In the other order, a check of the mixer would
    take it for a ghost and remove it."""
    connection = socket.audio()
    mixer_id = new_mixer_id(socket.user.pk)
    microphone = await socket.call(services.plug_in, connection=connection.connection, mixer_id=mixer_id)
    mix = await socket.call(selectors.mix_for, action=Action.SPEAK)
    sdp = await connection.speak(mix, mixer_id=mixer_id, muted=microphone.muted, sdp=command.sdp)
    audio.follow(microphone.space_id)  # apply a mute or a removal that happened while the gateway answered
    if mix.captions:
        await connection.follow_lane()
    return {"sdp": sdp}


@handles(messages.AudioCandidate)
async def candidate(socket: Caller, command: messages.AudioCandidate) -> None:
    await socket.audio().candidate(command.target, command.candidate)


@handles(messages.AudioClose)
async def close(socket: Caller, command: messages.AudioClose) -> None:
    await socket.audio().close(command.target)


def _ids(user_ids: list[str] | None) -> list[int] | None:
    return None if user_ids is None else [int(user_id) for user_id in user_ids]
