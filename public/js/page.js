// Everything here makes smoother what works without it. On any doubt the script
// steps aside and lets the browser do what the page says.

// fetchPage gets a page of this site as a document; null when it is not one.
async function fetchPage(url, options) {
  const response = await fetch(url, { credentials: "same-origin", ...options });
  const type = response.headers.get("Content-Type") || "";
  if (!type.startsWith("text/html")) return null;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return { page, url: response.url, ok: response.ok };
}

// refineTimes turns "today" into hours and minutes; the server tells whole days.
function refineTimes(root) {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  for (const time of root.querySelectorAll("time[datetime]")) {
    const place = time.querySelector(".rel");
    const minutes = Math.round((Date.parse(time.dateTime) - Date.now()) / 60000);
    if (!place || Number.isNaN(minutes) || Math.abs(minutes) >= 1440) continue;
    place.textContent = Math.abs(minutes) < 60 ? words.format(minutes, "minute") : words.format(Math.round(minutes / 60), "hour");
  }
}

// listen calls fn with the closest element to an event that matches the selector.
function listen(kind, selector, fn) {
  document.addEventListener(kind, (event) => {
    const element = event.target.closest?.(selector);
    if (element) fn(event, element);
  });
}

// asked keeps the question of a destructive button from being put twice.
listen("click", "[data-confirm]", (event, button) => {
  if (!window.confirm(button.dataset.confirm)) event.preventDefault();
});

refineTimes(document);
document.querySelector("[data-focus]")?.focus();
