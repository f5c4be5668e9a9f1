// Counting the characters of a box as the server counts them: code points.

function count(box) {
  const line = document.querySelector(`[data-count="${CSS.escape(box.id)}"]`);
  if (!line) return;
  const limit = Number(box.dataset.max);
  const used = [...box.value].length;
  const over = used > limit;
  const number = (n) => n.toLocaleString(document.documentElement.lang).replace(/,/g, "\u202f");
  line.textContent = (over ? line.dataset.over : line.dataset.text).replace("{n}", number(over ? used - limit : used));
  line.classList.toggle("count-over", over);
  line.toggleAttribute("role", false);
  if (over) line.setAttribute("role", "status");
}

listen("input", "[data-max]", (event, box) => count(box));
for (const box of document.querySelectorAll("[data-max]")) {
  if (box.value) count(box);
}

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "vote" in form.dataset) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
// Coming back to a page from the browser's memory, it may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
