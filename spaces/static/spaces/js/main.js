// The entry point: start all parts of the page.

import { startCreateSheet } from "./pages/create-sheet.js";
import { startFan } from "./pages/compose-menu.js";
import { startGlance } from "./pages/side-column.js";
import { Home } from "./lib/home-socket.js";
import { FromStart } from "./room/from-start.js";
import { InviteDialog } from "./manage/invite-dialog.js";
import { startJoinLinks } from "./pages/join-links.js";
import { LockScreen } from "./room/lock-screen.js";
import { ManagePanel } from "./manage/manage-panel.js";
import { startMenus } from "./lib/menus.js";
import { guardRoom, startNavigation } from "./lib/navigation.js";
import { PeopleDialog } from "./manage/people-dialog.js";
import { PinDialog } from "./manage/pin-dialog.js";
import { Pins } from "./room/pins.js";
import { Recording } from "./room/recording.js";
import { Cues } from "./room/cues.js";
import { startPersonMenu } from "./manage/person-menu.js";
import { startReporting } from "./pages/report-dialog.js";
import { SoundSettings } from "./room/sound-settings.js";
import { TalkKeys } from "./room/talk-keys.js";
import { pauseClips } from "./clips.js";
import { replay } from "./replay/replay.js";
import { Phase, Room } from "./room/room.js";
import { RoomView } from "./room/room-view.js";
import { startShare } from "./lib/share.js";
import { startSpacePage } from "./pages/space-page.js";
import { isPersons, room } from "./room/room-instance.js";
import { startToasts } from "./lib/toast.js";
import { startViewer } from "./lib/viewer.js";

startViewer();
startMenus();
startToasts();
if (room) startRoom(document.getElementById("room"));

function startRoom(element) {
  const view = new RoomView(element, room);
  new Pins(element, room);
  new LockScreen(room);
  new FromStart(element, room);
  if (isPersons) startForPerson(element, room);
  guardRoom(room);
  pauseReplayIn(room);
  startJoinLinks(room);
  startSpacePage(room);
  startShare();
  const last = Room.left();
  if (last) view.restore(last);
}

/** Start the parts that need an account. */
function startForPerson(element, room) {
  new ManagePanel(element, room);
  new Recording(element, room);
  new Cues(element, room);
  new SoundSettings(element, room);
  new TalkKeys(room);
  startNavigation();
  startCreateSheet(room);
  new Home(room);
  startFan();
  startGlance();
  startReporting();
  startPersonMenu(element, room);
  new PeopleDialog(element, room);
  new InviteDialog(element, room);
  new PinDialog(element, room);
}

/** Pause the replay and the clip that play when the user enters a room. */
function pauseReplayIn(room) {
  let wasThere = false;
  room.addEventListener("change", () => {
    const isThere = room.isInside || room.phase === Phase.CONNECTING;
    if (isThere && !wasThere) {
      replay.pause();
      pauseClips();
    }
    wasThere = isThere;
  });
}
