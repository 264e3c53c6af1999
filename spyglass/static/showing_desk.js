// On a desk: what is shown and how to follow it; that one's own terminal is, and how to end that; a question, answered.

import { Countdown } from "./countdown.js";
import { below, setText } from "./page.js";
import { showTerminal } from "./panes.js";
import { send } from "./send.js";
import { following, Panel } from "./showing_panel.js";

const byId = (id) => document.getElementById(id);
const [followButton, on, stop, ask] = ["showing-follow", "showing-on", "showing-stop", "showing-ask"].map(byId);
const focusTerminal = () => document.querySelector("#screen textarea")?.focus();
const panel = new Panel({
  closed: () => {
    followButton.setAttribute("aria-pressed", "false");
    focusTerminal();
  },
});
const countdown = ask && new Countdown(byId("showing-left"));

/** For the stream of the page. */
export const handlers = { showing: show };

function show({ show: shown, followers, ask: question }) {
  const isMine = Boolean(shown?.mine);
  followButton.hidden = !shown || isMine;
  if (shown && !isMine) setText(followButton, `Follow ${shown.who}`);
  if (panel.isOpen && (!shown || isMine)) panel.close();
  on.hidden = stop.hidden = !isMine;
  setText(on, isMine ? `Everybody can see this, ${following(followers)}` : "");
  document.body.classList.toggle("shown", isMine);
  if (byId("showing-open")) byId("showing-open").hidden = isMine;
  if (ask) answer(question);
}

function answer(question) {
  if (!question && ask.contains(document.activeElement)) focusTerminal();
  ask.hidden = !question;
  setText(byId("showing-ask-text"), question ? `${question.by} asks whether your terminal may be shown to everybody.` : "");
  countdown.show(question?.left ?? 0);
}

followButton.addEventListener("click", () => {
  if (panel.isOpen) return panel.close();
  followButton.setAttribute("aria-pressed", "true");
  showTerminal();
  panel.open();
});
stop.addEventListener("click", () => send("/showing/stop"));
byId("showing-start")?.addEventListener("click", async () => {
  byId("showing-begin").hidePopover();
  await send("/showing/start");
  focusTerminal();
});
for (const [id, yes] of [["showing-yes", true], ["showing-no", false]]) {
  byId(id)?.addEventListener("mousedown", (event) => event.preventDefault()); // the keyboard stays where it was
  byId(id)?.addEventListener("click", () => send("/showing/answer", { yes }));
}
if (byId("showing-open")) below(byId("showing-open"), byId("showing-begin"));
byId("stage").insertBefore(byId("follow-panel"), byId("screen"));
