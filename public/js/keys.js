// The queue by keyboard. Keys work only while focus is inside it (WCAG 2.1.4):
// j and k or the arrows go from row to row, a key named in data-key presses what
// carries it in the row, one in data-key-page what carries it anywhere.

const queue = document.querySelector("[data-queue]");

function rows() {
  return [...queue.querySelectorAll("[data-row]")];
}

function step(row, by) {
  const all = rows();
  const next = all[Math.min(all.length - 1, Math.max(0, all.indexOf(row) + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function press(target) {
  if (target.matches("input:not([type=checkbox]), textarea, select")) target.focus();
  else target.click();
}

function onKey(event) {
  const typing = event.target.matches("textarea, select, input:not([type=checkbox], [type=radio])");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const row = event.target.closest("[data-row]");
  const move = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  const onRow = event.target === row;
  if (move && (onRow || event.key.length === 1)) {
    event.preventDefault();
    step(row, move);
    return;
  }
  if (event.key.length !== 1) return;
  const key = CSS.escape(event.key.toLowerCase());
  const target = row?.querySelector(`[data-key="${key}"]`) || document.querySelector(`[data-key-page="${key}"]`);
  if (!target) return;
  event.preventDefault();
  press(target);
}

if (queue) {
  for (const row of rows()) row.tabIndex = 0;
  queue.addEventListener("keydown", onKey);
}
