// A sheet that follows the finger down and closes below a third of its height.

const SLACK = 8;
const ENOUGH = 96;

export function dragDown(handle, sheet, onDown) {
  let start = null;
  let moved = 0;

  const end = () => {
    if (start === null) return;
    start = null;
    sheet.style.transform = "";
    sheet.removeAttribute("data-dragged");
    if (moved > ENOUGH) onDown();
  };

  handle.addEventListener("pointerdown", ({ clientY, pointerType }) => {
    if (pointerType === "mouse") return;
    start = clientY;
    moved = 0;
  });
  handle.addEventListener("pointermove", (event) => {
    if (start === null) return;
    moved = Math.max(0, event.clientY - start);
    if (moved < SLACK) return;
    handle.setPointerCapture(event.pointerId);
    sheet.toggleAttribute("data-dragged", true);
    sheet.style.transform = `translateY(${moved}px)`;
  });
  handle.addEventListener("pointerup", end);
  handle.addEventListener("pointercancel", end);
}
