// What one takes home: how far the file is, and the file.

import { handlers as clock } from "./clock.js";
import { size } from "./files.js";
import { handlers as help } from "./help_ask.js";
import { handlers as notices } from "./notices.js";
import { follow, setText, speaker } from "./page.js";
import { send } from "./send.js";
import { news, states } from "./take_home_steps.js";

const SHAPES = { done: "✓", now: "▶", next: "○" };
const byId = (id) => document.getElementById(id);
const say = speaker(byId("home-said"));
let last = null;

function show(now) {
  const isGoing = Boolean(now.step) && !now.message;
  byId("home-problem").hidden = !now.message;
  setText(byId("home-problem"), now.message);
  byId("home-steps").hidden = !isGoing;
  for (const one of states(now)) showStep(byId("home-steps").querySelector(`[data-step="${one.name}"]`), one);
  const begin = byId("home-begin");
  begin.disabled = isGoing;
  setText(begin, isGoing ? "It is being made…" : now.file || now.message ? "Make it again" : "Make the file");
  begin.className = now.file ? "quiet" : "";
  byId("home-file").hidden = !now.file || isGoing;
  setText(byId("home-file"), now.file ? `Load it down (${size(now.file.size)})` : "");
  setText(byId("home-until"), now.file && !isGoing ? `as of ${now.file.at}, here until ${now.file.until}` : "");
  const told = news(now, last);
  if (told) say(told);
  if (!isGoing && last?.step && !last.message && now.file && document.activeElement === document.body) byId("home-file").focus();
  last = now;
}

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
  const { problem } = await send("/take-home");
  byId("home-problem").hidden = !problem;
  setText(byId("home-problem"), problem);
  if (problem) byId("home-begin").disabled = false;
});

follow({ takehome: show, ...clock, ...help, ...notices });
