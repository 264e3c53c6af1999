// How long the event still lasts: always to be seen, said aloud when the end is near, moved or there.

import { setText, speaker } from "./page.js";

const WARNED = [15, 5]; // minutes before the end
const HOUR = 60;
let before = null;
let moved = false;

/** For the stream of the page. */
export const handlers = { clock: show };

/** What stands in the bar; `isMoved`: the end was another one when the page was opened. */
export function words(now, isMoved) {
  if (now.minutes <= 0) return `ended at ${now.at}`;
  const end = isMoved ? `now until ${now.at}` : `until ${now.at}`;
  if (now.minutes >= HOUR) return end;
  return now.soon && !isMoved ? `${now.minutes} min left: save your work` : `${now.minutes} min left, ${end}`;
}

/** What is said aloud: that the end was moved, is near, or is there. */
export function news(now, last) {
  if (!last) return "";
  if (now.end !== last.end) return `The workshop now goes on until ${now.at}.`;
  if (now.minutes <= 0 && last.minutes > 0) return "The workshop has ended.";
  return WARNED.some((one) => now.minutes <= one && last.minutes > one) ? `${now.minutes} minutes are left.` : "";
}

function show(now) {
  const clock = document.getElementById("clock");
  const home = document.getElementById("clock-home");
  clock.hidden = !now;
  clock.dataset.state = now && now.minutes <= 0 ? "over" : now?.soon ? "soon" : "";
  if (home) home.hidden = !clock.dataset.state;
  if (!now) return;
  const told = news(now, before);
  moved ||= Boolean(before) && before.end !== now.end;
  before = now;
  setText(document.getElementById("clock-text"), words(now, moved));
  if (told) speaker(document.getElementById("clock-said"))(told);
}
