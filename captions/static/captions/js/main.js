// What captions add to every page.

import { room } from "../../spaces/js/the-room.js";
import { Consent } from "./consent.js";
import { Language } from "./language.js";
import { CaptionPanel } from "./panel.js";
import { Recogniser } from "./recogniser.js";

if (room) {
  const root = document.getElementById("room");
  new CaptionPanel(root, room);
  new Consent(root, room);
  new Language(root, room);
  new Recogniser(room);
}
