// A report's page: it opens at the reported line and asks twice before a suspension.

document.getElementById("reported")?.scrollIntoView({ block: "center" });

const form = document.querySelector("[data-decide]");
const dialog = document.querySelector("[data-sure]");
let isSure = false;
form?.addEventListener("submit", (event) => {
  const choice = form.querySelector("input[name=verdict]:checked");
  if (isSure || !choice?.value.startsWith("suspend")) return;
  event.preventDefault();
  dialog.querySelector("[data-sure-words]").textContent = question(choice);
  dialog.returnValue = "";
  dialog.showModal();
});
dialog?.addEventListener("close", () => {
  if (dialog.returnValue !== "yes") return;
  isSure = true;
  form.requestSubmit();
});

function question(choice) {
  const { term } = form.elements;
  const verdict = choice.closest("label").textContent.trim();
  return `${verdict}: ${form.dataset.decide}, ${term.selectedOptions[0].textContent}?`;
}
