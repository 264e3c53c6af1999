// "Ask for help": a student asks in one line, sees his place and who comes, and can withdraw.

import { inBar, inWords, news } from "./help_words.js";
import { below, setText, speaker } from "./page.js";
import { send } from "./send.js";

const SEEN = "help.seen"; // the request of which this tab has been told that it is closed

const byId = (id) => document.getElementById(id);
const place = byId("ask");
const [button, panel, question, tasks] = ["ask-button", "ask-panel", "ask-question", "ask-task"].map(byId);
const say = place && speaker(byId("ask-said"));
const narrow = matchMedia("(max-width: 60rem)"); // as in help_ask.css
let before = null;

/** For the stream of a page that has the button. */
export const handlers = place ? { help: show } : {};

function write(id, text) {
  setText(byId(id), text);
  byId(id).hidden = !text;
}

function show(now) {
  const open = now.state !== "none";
  const said = news(now, before);
  if (said) say(said);
  const hadFocus = panel.contains(document.activeElement);
  place.dataset.state = open ? now.state : now.paused ? "paused" : "none";
  byId("ask-form").hidden = open || now.paused;
  byId("ask-open").hidden = !open;
  write("ask-paused", !open && now.paused ? "Your teachers have paused the queue: nobody can ask right now. Try again later, or raise your hand." : "");
  write("ask-state", inWords(now));
  write("ask-asked", open ? `“${now.question}”${now.title ? `, on “${now.title}”` : ""}` : "");
  write("ask-closed", now.closed ? `Your request “${now.closed.question}” was ${now.closed.why}.` : "");
  byId("ask-again").hidden = !now.closed?.undo;
  before = now;
  offer(now);
  note();
  if (hadFocus && (document.activeElement === document.body || document.activeElement.closest("[hidden]"))) focus();
}

// Tasks to choose from; a choice that was made stays.
function offer({ tasks: known, now }) {
  const wanted = JSON.stringify(known);
  if (tasks.dataset.known !== wanted) {
    const chosen = tasks.value;
    tasks.replaceChildren(tasks.options[0], ...known.map(({ id, title }) => new Option(title, id)));
    tasks.value = chosen;
    if (tasks.selectedIndex < 0) tasks.value = "";
    tasks.dataset.known = wanted;
  }
  byId("ask-tasks").hidden = known.length === 0;
  if (tasks.dataset.chosen !== "yes") tasks.value = known.some(({ id }) => id === now) ? now : "";
}

// Beside the button, until he has looked: why there is no request any more. A narrow bar has room for the fact alone.
function note() {
  if (!before) return;
  const { closed } = before;
  const unseen = closed && sessionStorage.getItem(SEEN) !== String(closed.number);
  setText(byId("ask-note"), unseen ? `Your request was ${closed.why}` : "");
  setText(byId("ask-label"), unseen && narrow.matches ? "Request closed" : inBar(before));
}

function focus() {
  const first = [question, byId("ask-withdraw"), byId("ask-again")].find((one) => one.checkVisibility());
  (first ?? panel).focus();
}

async function does(address, values) {
  const { problem, said } = await send(address, values);
  write("ask-problem", problem);
  if (problem) {
    say(problem);
    return focus();
  }
  show(said);
  return panel.hidePopover();
}

if (place) {
  below(button, panel);
  panel.addEventListener("beforetoggle", ({ newState }) => {
    if (newState === "open") write("ask-problem", "");
  });
  panel.addEventListener("toggle", ({ newState }) => {
    if (newState !== "open") return;
    focus();
    if (before?.closed) sessionStorage.setItem(SEEN, String(before.closed.number));
    note();
  });
  byId("ask-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const sent = question.value;
    await does("/help/ask", { question: sent, task: tasks.value });
    if (before?.state === "none") return;
    byId("ask-form").reset();
    delete tasks.dataset.chosen;
  });
  tasks.addEventListener("change", () => (tasks.dataset.chosen = "yes"));
  byId("ask-withdraw").addEventListener("click", () => does("/help/withdraw"));
  byId("ask-again").addEventListener("click", () => does("/help/again"));
}
