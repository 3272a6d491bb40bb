// The page's only room, for the modules that draw or extend it. Null on pages without a room.

import { Room } from "./room.js";

const audio = document.getElementById("room-audio");

/** Whether the page's user is logged in. */
export const isPersons = document.documentElement.dataset.viewer !== undefined;
export const room = audio && new Room(audio, { isPersons });
