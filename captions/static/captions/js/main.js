// Starts what captions add to every page.

import { room } from "../../spaces/js/room/room-instance.js";
import { Comments } from "./comments.js";
import { Consent } from "./consent.js";
import { Language } from "./language.js";
import { CaptionPanel } from "./panel.js";
import { Recogniser } from "./recogniser.js";

if (room) {
  const root = document.getElementById("room");
  new CaptionPanel(root, room);
  new Comments(root, room);
  new Consent(root, room);
  new Language(root, room);
  new Recogniser(room);
}
