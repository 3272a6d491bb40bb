// A person's image, or initials on one of eight gradients: the same picture that the template tag `face` draws.

const GRADIENTS = 8n;
const SIZES = { xs: 24, s: 32, m: 40, l: 64, xl: 112 };

/** Put the face of `person` into `holder`. Its attribute `data-face` has the size. */
export function showFace(holder, person) {
  const look = `${person.id} ${person.avatar ?? ""} ${person.name}`;
  if (holder.dataset.look === look) return;
  holder.dataset.look = look;
  const size = holder.dataset.face;
  holder.replaceChildren(person.avatar ? image(person, size) : mark(person, size));
}

export function initials(name) {
  const firsts = name
    .split(/\s+/u)
    .map((word) => [...word][0] ?? "")
    .filter((character) => /[\p{L}\p{N}]/u.test(character))
    .map((character) => [...character.toUpperCase()][0]);
  return firsts.length > 1 ? firsts[0] + firsts.at(-1) : (firsts[0] ?? "");
}

function image(person, size) {
  const img = new Image(SIZES[size], SIZES[size]);
  img.className = `avatar avatar-${size}`;
  img.alt = "";
  img.decoding = "async";
  img.src = person.avatar;
  return img;
}

function mark(person, size) {
  const span = document.createElement("span");
  span.className = `avatar avatar-${size} avatar-g${BigInt(person.id) % GRADIENTS}`;
  span.setAttribute("aria-hidden", "true");
  span.textContent = initials(person.name) || person.username[0].toUpperCase();
  return span;
}
