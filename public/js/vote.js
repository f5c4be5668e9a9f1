// Voting in place: the form is sent as it stands, and its ballot, the basket and
// the number of people are taken from the page that comes back.

listen("submit", "form[data-ballot]", (event, form) => {
  if (event.defaultPrevented || !event.submitter) return;
  event.preventDefault();
  vote(form, event.submitter);
});

async function vote(form, button) {
  const ballot = form.closest(".ballot");
  const body = new URLSearchParams(new FormData(form));
  body.set(button.name, button.value);
  ballot.setAttribute("aria-busy", "true");
  try {
    const answer = await fetchPage(form.action, { method: "POST", body, headers: { "X-Folkmoot-Part": "ballot" } });
    take(ballot, answer, button.value);
  } catch {
    say(form, form.dataset.failed);
  } finally {
    ballot.removeAttribute("aria-busy");
  }
}

// take puts the new parts in their places; a page without them is gone to.
function take(ballot, answer, pressed) {
  const problem = answer?.page.querySelector("[data-error]");
  if (problem) {
    say(ballot.querySelector("form"), problem.textContent);
    return;
  }
  const fresh = answer?.page.getElementById(ballot.id);
  if (!fresh) {
    window.location.assign(answer ? answer.url : window.location.href);
    return;
  }
  for (const id of ["basket", "fact-voters"]) {
    const part = answer.page.getElementById(id);
    if (part) document.getElementById(id)?.replaceChildren(...part.childNodes);
  }
  ballot.className = fresh.className;
  renew(ballot, fresh, pressed);
}

// renew changes the buttons where they stand, so that focus stays on them, and
// fills the line beneath, which is read out.
function renew(ballot, fresh, pressed) {
  const line = ballot.querySelector(".ballot-said");
  const next = fresh.querySelector(".ballot-said");
  if (!line || !next || !fresh.querySelector(".part")) {
    ballot.replaceChildren(...fresh.childNodes);
    return;
  }
  for (const part of ballot.querySelectorAll(".part")) {
    part.setAttribute("aria-pressed", fresh.querySelector(`.part[value="${part.value}"]`).getAttribute("aria-pressed"));
  }
  line.replaceChildren(...next.childNodes);
  if (pressed === "retract") ballot.querySelector(".part").focus();
}

function say(form, sentence) {
  const line = form.querySelector(".ballot-said");
  const words = document.createElement("span");
  words.className = "ballot-failed";
  words.textContent = sentence.trim();
  line.replaceChildren(words);
}
