// The listening-in page of the admin: a moderator hears a live Space without appearing in it.

import { gettext } from "../lib/i18n.js";
import { RoomAudio, Sound } from "../room/audio.js";
import { NO_WEBRTC, hasWebRtc } from "../room/peer.js";
import { part, setText } from "../lib/dom.js";
import { Socket } from "../lib/socket.js";

const WORDS = {
  [Sound.OFF]: "",
  [Sound.CONNECTING]: gettext("Connecting…"),
  [Sound.ON]: gettext("You are listening."),
  [Sound.LOST]: gettext("The sound is coming back…"),
};

const blocked = () => (hasWebRtc() ? gettext("No sound gets through: your network seems to block it.") : NO_WEBRTC);
const words = ({ sound, isBlocked }) => (isBlocked && sound !== Sound.ON ? blocked() : WORDS[sound]);

const root = document.querySelector("[data-listen-in]");
if (root && part(root, "listen-in-start")) start(root);

function start(place) {
  const button = part(place, "listen-in-start");
  const stop = part(place, "listen-in-stop");
  const hear = part(place, "listen-in-hear");
  const say = (text) => setText(part(place, "listen-in-state"), text);
  let socket = null;
  const audio = new RoomAudio(document.getElementById("room-audio"), {
    signal: (type, fields) => socket?.request(type, fields) ?? Promise.reject(new Error("not listening")),
    onChange: () => draw(),
    // A moderator has no microphone here.
    onMicrophone: () => {},
  });

  const draw = () => {
    hear.hidden = audio.silence === null;
    say(audio.silence === null ? words(audio) : gettext("The sound is paused."));
  };

  const end = (words) => {
    socket?.close();
    socket = null;
    audio.stop();
    button.hidden = false;
    stop.hidden = true;
    say(words);
  };

  button.addEventListener("click", () => {
    socket = new Socket(`/ws/listen-in/${place.dataset.listenIn}`, {
      onOpen: () => audio.isOff ? audio.listen() : audio.rebuildAll(),
      onEvent: (event) => event.type === "audio.lost" && audio.rebuild(event.targets),
      onGone: ({ message }) => end(message),
    });
    button.hidden = true;
    stop.hidden = false;
    audio.play();
    socket.open();
  });
  hear.addEventListener("click", () => audio.play());
  stop.addEventListener("click", () => end(gettext("You stopped listening.")));
  // A click before the page's script had come would have been lost.
  button.disabled = false;
}
