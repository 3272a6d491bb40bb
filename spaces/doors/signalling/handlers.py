"""Declare every command of every socket: one row for a command that is one call, else one short function."""

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from spaces import audio, placement, selectors, services
from spaces.audio.ice import ice_servers
from spaces.doors.signalling import messages
from spaces.doors.signalling.commands import Commands, Queue
from spaces.doors.signalling.registry import Caller, handles, runs
from spaces.events import wire
from spaces.models.tokens import new_mixer_id
from spaces.rules import Action
from spaces.selectors import Mix
from spaces_project.common.api.scopes import Scope
from spaces_project.common.threads import in_thread

if TYPE_CHECKING:
    from spaces.doors.signalling.consumers import ConnectionConsumer, HomeConsumer, ListenInConsumer

READ: Final = Scope.SPACE_READ
"""To listen, and to read what the user may read."""
WRITE: Final = Scope.SPACE_WRITE
"""To take part, and to start and end one's own Space."""
MODERATE: Final = Scope.SPACE_MODERATE
"""To decide about others. Reading what only hosts may read needs `READ`: the rules look at the user, not the token."""
CHANGES, AUDIO = Queue.CHANGES, Queue.AUDIO


# --- One call each ----------------------------------------------------------------------------------------------------

runs(messages.Start, services.start_space, scope=WRITE)
runs(messages.End, services.end_space, scope=WRITE, queue=CHANGES, urgent=True)
runs(messages.Request, services.request_to_speak, scope=WRITE, queue=CHANGES)
runs(messages.RequestCancel, services.cancel_request, scope=WRITE, queue=CHANGES)
runs(messages.RequestApprove, services.approve_request, scope=MODERATE, queue=CHANGES, urgent=True)
runs(messages.RequestDecline, services.decline_request, scope=MODERATE, queue=CHANGES, urgent=True)
runs(messages.RequestsApprove, services.approve_requests, scope=MODERATE, queue=CHANGES, urgent=True, answers=True)
runs(messages.RequestsDecline, services.decline_requests, scope=MODERATE, queue=CHANGES, urgent=True, answers=True)
runs(messages.Mute, services.mute_self, scope=WRITE, queue=CHANGES, urgent=True)
runs(messages.Unmute, services.unmute_self, scope=WRITE, queue=CHANGES, urgent=True)
runs(messages.MuteOther, services.mute_other, scope=MODERATE, queue=CHANGES, urgent=True)
runs(messages.MuteAll, services.mute_all, scope=MODERATE, queue=CHANGES, urgent=True)
runs(messages.MicTake, services.take_mic, scope=MODERATE, queue=CHANGES, urgent=True)
runs(messages.StepDown, services.step_down, scope=WRITE, queue=CHANGES, urgent=True)
runs(messages.Remove, services.remove_participant, scope=MODERATE, queue=CHANGES, urgent=True)
runs(messages.PolicySet, services.set_policy, scope=MODERATE, queue=CHANGES, urgent=True)
runs(messages.Rename, services.update_space, scope=MODERATE, queue=CHANGES, urgent=True)
runs(messages.LockSet, services.set_lock, scope=MODERATE, queue=CHANGES, urgent=True)
runs(messages.AccountsOnlySet, services.set_accounts_only, scope=MODERATE, queue=CHANGES, urgent=True)
runs(messages.RecordingStart, services.start_recording, scope=MODERATE, queue=CHANGES)
runs(messages.RecordingStop, services.stop_recording, scope=MODERATE, queue=CHANGES, urgent=True)
runs(messages.RecordingShow, services.show_live_recording, scope=MODERATE, queue=CHANGES, urgent=True)
runs(messages.RecordingAgree, services.agree_to_recording, scope=WRITE, queue=CHANGES)
runs(messages.CohostInvite, services.appoint_cohost, scope=MODERATE, queue=CHANGES, urgent=True)
runs(messages.CohostWithdraw, services.withdraw_cohost, scope=MODERATE, queue=CHANGES, urgent=True)
runs(messages.CohostAccept, services.accept_cohost, scope=WRITE, queue=CHANGES)
runs(messages.CohostDecline, services.decline_cohost, scope=WRITE, queue=CHANGES)
runs(messages.HandOver, services.hand_over, scope=MODERATE, queue=CHANGES, urgent=True)
runs(messages.Invite, services.invite_person, scope=WRITE, queue=CHANGES)
runs(messages.MicAccept, services.accept_mic, scope=WRITE, queue=CHANGES)
runs(messages.React, services.react, scope=WRITE)


# --- Coming and going -------------------------------------------------------------------------------------------------


@handles(messages.Join, scope=READ, costly=True)
async def join(socket: Caller, command: messages.Join) -> Any:
    return await socket.join(resume=command.resume)


@handles(messages.Sync, scope=READ, costly=True)
async def sync(socket: Caller, command: messages.Sync) -> Any:
    return await socket.snapshot()


@handles(messages.Ping, scope=READ)
async def ping(socket: Caller, command: messages.Ping) -> Any:
    seq, queue_seq = await socket.sequence()
    return {"seq": seq, "queue_seq": queue_seq, "now": wire.clock()}


@handles(messages.Leave, scope=READ, queue=CHANGES)
async def leave(socket: Caller, command: messages.Leave) -> None:
    await socket.leave()


@handles(messages.People, scope=READ, costly=True)
async def people(socket: Caller, command: messages.People) -> Any:
    return await socket.call(selectors.people, role=command.role, query=command.q, cursor=command.cursor)


# --- Audio ------------------------------------------------------------------------------------------------------------


@handles(messages.AudioServers, scope=READ, queue=AUDIO)
async def servers(socket: Caller, command: messages.AudioServers) -> Any:
    """Return TURN servers. Only a user who is in the Space gets credentials, and new ones for each connection."""
    socket.audio()
    return {"ice_servers": ice_servers()}


@handles(messages.AudioListen, scope=READ, queue=AUDIO, costly=True)
async def listen(socket: Caller, command: messages.AudioListen) -> Any:
    connection = socket.audio()
    mix = await socket.place.mix(Action.LISTEN)
    return {"sdp": await connection.listen(mix, is_preferred=await socket.place.waits_for_mic())}


@handles(messages.AudioHttp, scope=READ, queue=AUDIO)
async def http(socket: Caller, command: messages.AudioHttp) -> Any:
    """Return where a listener hears the Space over HTTP. The address changes; who listens asks again."""
    socket.audio()
    mix = await socket.place.mix(Action.LISTEN)
    path = await in_thread(services.open_audience, public_id=mix.public_id)
    return {"url": f"{settings.AUDIENCE_URL}/{path}/live.m3u8", "state": f"{settings.AUDIENCE_URL}/{path}/state.json"}


@handles(messages.AudioAnswer, scope=READ, queue=AUDIO)
async def answer(socket: Caller, command: messages.AudioAnswer) -> None:
    await socket.audio().answer(command.sdp)


@handles(messages.AudioSpeak, scope=WRITE, queue=AUDIO, costly=True)
async def speak(socket: Caller, command: messages.AudioSpeak) -> Any:
    """Put the microphone into the database first, then into the mixer. In the other order, a check of the mixer would
    take it for a ghost and remove it."""
    connection = socket.audio()
    mixer_id = new_mixer_id(socket.user.pk)
    microphone = await socket.call(services.connect_microphone, connection=connection.connection, mixer_id=mixer_id)
    mix = await socket.call(selectors.mix_for, action=Action.SPEAK)
    sdp = await connection.speak(mix, mixer_id=mixer_id, muted=microphone.muted, sdp=command.sdp)
    audio.follow(microphone.space_id)  # apply a mute or a removal that happened while the gateway answered
    if mix.captions:
        await connection.follow_lane()
    return {"sdp": sdp}


@handles(messages.AudioCandidate, scope=READ, queue=AUDIO)
async def candidate(socket: Caller, command: messages.AudioCandidate) -> None:
    await socket.audio().candidate(command.target, command.candidate)


@handles(messages.AudioClose, scope=READ, queue=AUDIO)
async def close(socket: Caller, command: messages.AudioClose) -> None:
    await socket.audio().close(command.target)


# --- /ws/home ---------------------------------------------------------------------------------------------------------

HOME_COMMANDS = Commands()


@HOME_COMMANDS.handles(messages.HomePing, scope=READ)
async def home_ping(socket: "HomeConsumer", command: messages.HomePing) -> Any:
    return {"now": wire.clock()}


# --- /ws/connection ---------------------------------------------------------------------------------------------------

CONNECTION_COMMANDS = Commands()
"""Every visitor may send them: they test the way to this site, and reach nothing else."""


@CONNECTION_COMMANDS.handles(messages.ConnectionPing, scope=None)
async def connection_ping(socket: "ConnectionConsumer", command: messages.ConnectionPing) -> Any:
    return {"now": wire.clock()}


@CONNECTION_COMMANDS.handles(messages.AudioServers, scope=None, queue=AUDIO)
async def connection_servers(socket: "ConnectionConsumer", command: messages.AudioServers) -> Any:
    return {"ice_servers": ice_servers()}


@CONNECTION_COMMANDS.handles(messages.AudioListen, scope=None, queue=AUDIO, costly=True)
async def connection_listen(socket: "ConnectionConsumer", command: messages.AudioListen) -> Any:
    return {"sdp": await socket.audio.listen(await in_thread(_test_mix))}


def _test_mix() -> Mix:
    """Return a room that no Space has. It is opened when it is needed, and removed as a leftover within ten seconds."""
    return Mix(space_id=0, public_id="", gateway=placement.place(), room="connection-test", live=True, microphones=())


@CONNECTION_COMMANDS.handles(messages.AudioAnswer, scope=None, queue=AUDIO)
async def connection_answer(socket: "ConnectionConsumer", command: messages.AudioAnswer) -> None:
    await socket.audio.answer(command.sdp)


@CONNECTION_COMMANDS.handles(messages.AudioCandidate, scope=None, queue=AUDIO)
async def connection_candidate(socket: "ConnectionConsumer", command: messages.AudioCandidate) -> None:
    await socket.audio.candidate(command.target, command.candidate)


@CONNECTION_COMMANDS.handles(messages.AudioClose, scope=None, queue=AUDIO)
async def connection_close(socket: "ConnectionConsumer", command: messages.AudioClose) -> None:
    await socket.audio.close(command.target)


# --- /ws/listen-in ----------------------------------------------------------------------------------------------------

LISTEN_IN_COMMANDS = Commands()
"""Their scope is None: tokens have no scope for the work of the staff."""


@LISTEN_IN_COMMANDS.handles(messages.ListenInPing, scope=None)
async def listen_in_ping(socket: "ListenInConsumer", command: messages.ListenInPing) -> Any:
    await socket.mix()
    return {"now": wire.clock()}


@LISTEN_IN_COMMANDS.handles(messages.AudioServers, scope=None, queue=AUDIO)
async def listen_in_servers(socket: "ListenInConsumer", command: messages.AudioServers) -> Any:
    await socket.mix()
    return {"ice_servers": ice_servers()}


@LISTEN_IN_COMMANDS.handles(messages.AudioListen, scope=None, queue=AUDIO, costly=True)
async def listen_in(socket: "ListenInConsumer", command: messages.AudioListen) -> Any:
    return {"sdp": await socket.audio.listen(await socket.mix())}


@LISTEN_IN_COMMANDS.handles(messages.AudioAnswer, scope=None, queue=AUDIO)
async def listen_in_answer(socket: "ListenInConsumer", command: messages.AudioAnswer) -> None:
    await socket.mix()
    await socket.audio.answer(command.sdp)


@LISTEN_IN_COMMANDS.handles(messages.AudioCandidate, scope=None, queue=AUDIO)
async def listen_in_candidate(socket: "ListenInConsumer", command: messages.AudioCandidate) -> None:
    await socket.mix()
    await socket.audio.candidate("listen", command.candidate)


@LISTEN_IN_COMMANDS.handles(messages.AudioClose, scope=None, queue=AUDIO)
async def listen_in_close(socket: "ListenInConsumer", command: messages.AudioClose) -> None:
    await socket.mix()
    await socket.audio.close("listen")
