// Helpers that change the document. They insert text as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** Return the first element with this `data-` attribute: `part(root, "room-title")`. */
export function part(root, name) {
  return root.querySelector(`[data-${name}]`);
}

export function fromTemplate(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(SVG, "use"));
  setIcon(svg, name);
  return svg;
}

export function setIcon(svg, name) {
  setAttribute(svg.querySelector("use"), "href", `#icon-${name}`);
}

// Write only what differs, so that screen readers, animations and the layout are not disturbed.

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element, name, value) {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

/** Make the children of `list` match `items`. Each child keeps its element, focus and animation by its key. */
export function keyed(list, items, { key = ({ id }) => id, create, update, remove = (element) => element.remove() }) {
  const old = new Map([...list.children].filter(isHere).map((element) => [element.dataset.key, element]));
  let place = firstHere(list.firstElementChild);
  for (const item of items) {
    const name = key(item);
    const element = old.get(name) ?? created(create, item, name);
    old.delete(name);
    if (element === place) place = firstHere(place.nextElementSibling);
    else list.insertBefore(element, place);
    update(element, item);
  }
  for (const element of old.values()) remove(element);
}

/** Remove an element after its closing animation. */
export function removeSlowly(element) {
  element.dataset.leaving = "";
  element.inert = true;
  const gone = element.getAnimations({ subtree: false }).map(({ finished }) => finished);
  Promise.allSettled(gone).then(() => element.remove());
}

/** Close a dialog by a tap beside it. A tap on the backdrop has the dialog itself as its target. */
export function closeOnBackdrop(dialog) {
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
}

/** Return the open modal dialog, if any. The management panel is not modal. */
export function openDialog() {
  return [...document.querySelectorAll("dialog[open]")].filter(isModal).at(-1);
}

function isModal(dialog) {
  try {
    return dialog.matches(":modal");
  } catch {
    // Chromium before 105 and Firefox before 103 do not know the selector.
    return getComputedStyle(dialog).position === "fixed";
  }
}

function created(create, item, name) {
  const element = create(item);
  element.dataset.key = name;
  return element;
}

function isHere(element) {
  return element.dataset.leaving === undefined;
}

function firstHere(element) {
  while (element && !isHere(element)) element = element.nextElementSibling;
  return element;
}
