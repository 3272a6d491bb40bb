// The round images: hosts, speakers, then the latest listeners and the number of others.

import { gettext } from "../lib/i18n.js";
import { showFace } from "../lib/avatar.js";
import { fromTemplate, keyed, part, setAttribute, setText } from "../lib/dom.js";
import { count } from "../lib/format.js";
import { roleName } from "./role-names.js";
import { hiddenListeners, isCaptioned } from "./room-state.js";

const MORE = { id: "more" };

export class StageView {
  #stage;
  #listeners;

  constructor(root) {
    this.#stage = part(root, "stage");
    this.#listeners = part(root, "listeners");
  }

  draw(state, isInside) {
    const shown = isInside ? state : { ...state, stage: [], audience: { count: 0, listeners: [] } };
    const talking = new Set(state.talking);
    keyed(this.#stage, shown.stage, {
      create: () => fromTemplate("tile-template"),
      update: (tile, person) => {
        drawSpeaker(tile, person, talking.has(person.id), state);
        drawCaptioned(tile, isCaptioned(state, person));
        drawBlocked(tile, state.blocked.includes(person.id));
      },
    });
    keyed(this.#listeners, listenersOf(shown), {
      create: ({ id }) => fromTemplate(id === MORE.id ? "more-template" : "tile-template"),
      update: (tile, person) => drawListener(tile, person, shown),
    });
    this.#stage.hidden = shown.stage.length === 0;
    this.#listeners.hidden = shown.audience.listeners.length === 0;
  }
}

function listenersOf(state) {
  const { listeners } = state.audience;
  return hiddenListeners(state) > 0 ? [...listeners, MORE] : listeners;
}

function drawSpeaker(tile, person, isTalking, { you, space }) {
  const isHeard = isTalking && !person.muted;
  const isAway = person.role === "host" && Boolean(space.host_lost_at);
  drawPerson(tile, person, you);
  tile.toggleAttribute("data-talking", isHeard);
  tile.toggleAttribute("data-away", isAway);
  part(tile, "tile-mute").hidden = !person.muted;
  setText(part(tile, "tile-note"), speakerNote(person, isAway, space.acting_host?.id === person.id));
  // Words for screen readers; sighted users see the ring and the crossed microphone.
  setText(part(tile, "tile-said"), person.muted ? gettext("muted") : isHeard ? gettext("talking") : "");
}

function drawCaptioned(tile, isCaptioned) {
  part(tile, "tile-silent").hidden = isCaptioned;
  setText(part(tile, "tile-uncaptioned"), isCaptioned ? "" : gettext("not captioned"));
}

/** Mark people that the user has blocked. Only the user sees the mark. */
function drawBlocked(tile, isBlocked) {
  tile.toggleAttribute("data-blocked", isBlocked);
  setText(part(tile, "tile-blocked"), isBlocked ? gettext("You blocked them") : "");
}

function speakerNote({ role }, isAway, isActing) {
  if (isAway) return gettext("Reconnecting");
  return roleName(role, { isActing });
}

function drawListener(tile, person, state) {
  if (person.id === MORE.id) {
    setText(part(tile, "tile-count"), `+${count(hiddenListeners(state))}`);
    return;
  }
  drawPerson(tile, person, state.you);
  setText(part(tile, "tile-note"), hasAsked(person, state) ? gettext("Requested") : gettext("Listener"));
}

function drawPerson(tile, person, you) {
  showFace(part(tile, "face"), person);
  setText(part(tile, "tile-name"), person.id === you?.id ? gettext("You") : person.name);
  const opener = part(tile, "tile-open");
  if (!opener) return;
  opener.hidden = person.id === you?.id;
  setAttribute(opener, "aria-label", gettext("More about {name}", { name: person.name }));
}

/** Whether to show a raised hand: hosts and co-hosts see all, other users only their own. */
function hasAsked({ id }, { you, queue }) {
  return id === you?.id ? you.requested : (queue?.people.some((waiting) => waiting.id === id) ?? false);
}
