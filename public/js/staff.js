// What makes the queue smoother: ticking everything at once, and going straight
// to the reason once its box is opened from the row.

const everything = document.querySelector("[data-all]");

function boxes() {
  return [...document.querySelectorAll(`input[type=checkbox][name="${CSS.escape(everything.dataset.all)}"]`)];
}

function tickedState() {
  const ticked = boxes().filter((box) => box.checked).length;
  everything.checked = ticked > 0 && ticked === boxes().length;
  everything.indeterminate = ticked > 0 && ticked < boxes().length;
}

if (everything) {
  everything.closest("[data-all-box]").hidden = false;
  everything.addEventListener("change", () => {
    for (const box of boxes()) box.checked = everything.checked;
  });
  listen("change", `input[name="${CSS.escape(everything.dataset.all)}"]`, tickedState);
  tickedState();
}

document.addEventListener("toggle", (event) => {
  const details = event.target;
  if (!details.matches("details.reason") || !details.open) return;
  if (details.closest("[data-row]")?.contains(document.activeElement)) details.querySelector("textarea").focus();
}, true);
