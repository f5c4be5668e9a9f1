// Voting in place: the form is sent as it stands, and its vote form, the pending votes and
// the number of people are taken from the page that comes back.

listen("submit", "form[data-vote]", (event, form) => {
  if (event.defaultPrevented || !event.submitter) return;
  event.preventDefault();
  vote(form, event.submitter);
});

async function vote(form, button) {
  const vote = form.closest(".vote-form");
  const body = new URLSearchParams(new FormData(form));
  body.set(button.name, button.value);
  vote.setAttribute("aria-busy", "true");
  try {
    const answer = await fetchPage(form.action, { method: "POST", body, headers: { "X-Folkmoot-Part": "vote" } });
    take(vote, answer, button.value);
  } catch {
    say(form, form.dataset.failed);
  } finally {
    vote.removeAttribute("aria-busy");
  }
}

// take puts the new parts in their places; a page without them is gone to.
function take(vote, answer, pressed) {
  const problem = answer?.page.querySelector("[data-error]");
  if (problem) {
    say(vote.querySelector("form"), problem.textContent);
    return;
  }
  const fresh = answer?.page.getElementById(vote.id);
  if (!fresh) {
    window.location.assign(answer ? answer.url : window.location.href);
    return;
  }
  for (const id of ["pending-votes", "fact-voters"]) {
    const part = answer.page.getElementById(id);
    if (part) document.getElementById(id)?.replaceChildren(...part.childNodes);
  }
  vote.className = fresh.className;
  renew(vote, fresh, pressed);
}

// renew changes the buttons where they stand, so that focus stays on them, and
// fills the line beneath, which is read out.
function renew(vote, fresh, pressed) {
  const line = vote.querySelector(".vote-status");
  const next = fresh.querySelector(".vote-status");
  if (!line || !next || !fresh.querySelector(".part")) {
    vote.replaceChildren(...fresh.childNodes);
    return;
  }
  for (const part of vote.querySelectorAll(".part")) {
    part.setAttribute("aria-pressed", fresh.querySelector(`.part[value="${part.value}"]`).getAttribute("aria-pressed"));
  }
  line.replaceChildren(...next.childNodes);
  if (pressed === "retract") vote.querySelector(".part").focus();
}

function say(form, sentence) {
  const line = form.querySelector(".vote-status");
  const words = document.createElement("span");
  words.className = "vote-failed";
  words.textContent = sentence.trim();
  line.replaceChildren(words);
}
