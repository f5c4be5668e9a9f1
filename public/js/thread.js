// Replying beneath the reply that is answered, quoting it, and loading more in place.

const box = document.getElementById("reply-form");
const home = box && document.createComment("reply form");

// answer moves the form beneath the reply and names whom it answers.
function answer(link) {
  const reply = link.closest(".reply");
  if (!home.isConnected) box.before(home);
  reply.append(box);
  name(reply.querySelector(".name").textContent, link.dataset.reply);
  if ("quote" in link.dataset) quote(reply.querySelector(".reply-body").innerText);
  const area = box.querySelector("textarea");
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
}

function name(words, id) {
  box.querySelector("[data-answering]").hidden = !id;
  box.querySelector("[data-answering-name]").textContent = words;
  box.querySelector("[name=parent]").value = id;
}

// quote adds the words as a quotation after what is typed already.
function quote(text) {
  const area = box.querySelector("textarea");
  const typed = area.value.trimEnd();
  area.value = (typed ? typed + "\n\n" : "") + "> " + text.trim().replace(/\n/g, "\n> ") + "\n\n";
  count(area);
}

if (box?.querySelector("form")) {
  listen("click", "a[data-reply]", (event, link) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    answer(link);
  });
  listen("click", "[data-answering-stop]", (event) => {
    event.preventDefault();
    name("", "");
    if (home.isConnected) home.replaceWith(box);
    box.querySelector("textarea").focus();
  });
  // A link to the box means the question again once the box has moved away.
  listen("click", "a[href='#reply-form']", () => {
    if (!home.isConnected) return;
    name("", "");
    home.replaceWith(box);
  });
}

// more takes the next page's rows into the list here, and its link with them.
async function more(link) {
  const list = document.getElementById(link.dataset.more);
  const place = link.closest(".more");
  link.setAttribute("aria-disabled", "true");
  try {
    const { page } = await fetchPage(link.href);
    const rows = [...page.getElementById(list.id).children].filter((row) => !row.id || !document.getElementById(row.id));
    refineTimes(page);
    list.append(...rows);
    const next = page.querySelector(`[data-more="${CSS.escape(list.id)}"]`)?.closest(".more");
    if (next) place.replaceWith(next);
    else place.remove();
    const first = rows[0];
    if (first) {
      first.tabIndex = -1;
      first.focus({ preventScroll: true });
    }
  } catch {
    window.location.assign(link.href);
  }
}

listen("click", "a[data-more]", (event, link) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.getAttribute("aria-disabled") !== "true") more(link);
});
