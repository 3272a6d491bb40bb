// The entry point: start all parts of the page.

import { startCreateSheet } from "./create-sheet.js";
import { startFan } from "./fan.js";
import { startGlance } from "./glance.js";
import { Home } from "./home.js";
import { InviteDialog } from "./invite-dialog.js";
import { startJoinLinks } from "./join-links.js";
import { LockScreen } from "./lock-screen.js";
import { ManagePanel } from "./manage-panel.js";
import { startMenus } from "./menus.js";
import { guardRoom, startNavigation } from "./navigation.js";
import { PeopleDialog } from "./people-dialog.js";
import { PinDialog } from "./pin-dialog.js";
import { Pins } from "./pins.js";
import { startPersonMenu } from "./person-menu.js";
import { startReporting } from "./report-dialog.js";
import { Room } from "./room.js";
import { RoomView } from "./room-view.js";
import { startShare } from "./share.js";
import { startSpacePage } from "./space-page.js";
import { isPersons, room } from "./the-room.js";
import { startToasts } from "./toast.js";
import { startViewer } from "./viewer.js";

startViewer();
startMenus();
startToasts();
if (room) startRoom(document.getElementById("room"));

function startRoom(element) {
  const view = new RoomView(element, room);
  new Pins(element, room);
  new LockScreen(room);
  if (isPersons) startForPerson(element, room);
  guardRoom(room);
  startJoinLinks(room);
  startSpacePage(room);
  startShare();
  const last = Room.left();
  if (last) view.restore(last);
}

/** Start the parts that need an account. */
function startForPerson(element, room) {
  new ManagePanel(element, room);
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
