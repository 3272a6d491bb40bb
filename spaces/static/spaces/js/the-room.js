// The one room of this page, for all that show it or add to it; null where a page has none.

import { Room } from "./room.js";

const audio = document.getElementById("room-audio");

/** Whether somebody is logged in. */
export const isPersons = document.documentElement.dataset.viewer !== undefined;
export const room = audio && new Room(audio, { isPersons });
