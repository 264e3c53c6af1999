// What one takes home: how far the file is, and the file.

import { handlers as clock } from "./clock.js";
import { size } from "./files.js";
import { handlers as help } from "./help_ask.js";
import { handlers as notices } from "./notices.js";
import { follow, setText, speaker } from "./page.js";
import { send } from "./send.js";
import { isNew, news, problem, states } from "./take_home_steps.js";

const SHAPES = { done: "✓", now: "▶", next: "○" };
const byId = (id) => document.getElementById(id);
const say = speaker(byId("home-said"));
let last = null;

function show(now) {
  const isGoing = Boolean(now.step) && !now.message;
  const isMade = isNew(now, last);
  complain(isGoing || isMade ? "" : problem(now, last) || said());
  byId("home-steps").hidden = !isGoing;
  for (const one of states(now)) showStep(byId("home-steps").querySelector(`[data-step="${one.name}"]`), one);
  const begin = byId("home-begin");
  begin.disabled = isGoing;
  setText(begin, isGoing ? "It is being made…" : now.file || now.message ? "Make it again" : "Make the file");
  begin.className = now.file ? "quiet" : "";
  byId("home-file").hidden = !now.file || isGoing;
  setText(byId("home-file"), now.file ? `Load it down (${size(now.file.size)})` : "");
  setText(byId("home-until"), now.file && !isGoing ? `as of ${now.file.at}, here until ${now.file.until}` : "");
  if (now.file) setText(byId("home-name"), now.file.name);
  const told = news(now, last);
  if (told) say(told);
  // The button had the focus, and lost it when it could not be pressed any more.
  if (last?.step && !isGoing && document.activeElement === document.body) byId(isMade ? "home-file" : "home-begin").focus();
  last = now;
}

function complain(text) {
  byId("home-problem").hidden = !text;
  setText(byId("home-problem"), text);
}

const said = () => byId("home-problem").textContent;

function showStep(row, { mark, words, part }) {
  row.dataset.mark = mark;
  setText(row.querySelector(".shape"), SHAPES[mark]);
  setText(row.querySelector(".words"), words);
  const bar = row.querySelector("progress");
  bar.hidden = mark !== "now";
  if (typeof part === "number") bar.value = part;
  else bar.removeAttribute("value");
}

byId("home-begin").addEventListener("click", async () => {
  byId("home-begin").disabled = true; // until the page is told
  const { problem: failed } = await send("/take-home");
  if (!failed) return;
  complain(failed);
  byId("home-begin").disabled = false;
});

follow({ takehome: show, ...clock, ...help, ...notices });
