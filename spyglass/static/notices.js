// What teachers wrote: each notice stays on the page until it is read, and never takes the focus.

import { Countdown } from "./countdown.js";
import { below, button, element, setText, speaker } from "./page.js";
import { send } from "./send.js";

const MOST = 2; // notices that lie over the page; all are in the list

const byId = (id) => document.getElementById(id);
const place = byId("notices");
const [opener, panel, fresh, all] = ["notices-button", "notices-panel", "notices-new", "notices-all"].map(byId);
const say = place && speaker(byId("notices-said"));
const shown = new Map(); // number -> what lies over the page
let known = null; // numbers that were heard of before

/** For the stream of a page that has them. */
export const handlers = place ? { notices: show, eyes } : {};

const countdown = place && new Countdown(byId("eyes-left"));

function eyes(call) {
  if (call && byId("eyes").hidden) say(`${call.by} asks everybody to look to the front`);
  byId("eyes").hidden = !call;
  setText(byId("eyes-by"), call?.by ?? "");
  countdown.show(call?.left ?? 0);
}

function show(notices) {
  const unread = notices.filter(({ read }) => !read);
  for (const one of unread) if (known && !known.has(one.number)) say(`Notice from ${one.by}: ${one.text}`);
  if (!known && unread.length) say(unread.length === 1 ? "There is a notice" : `There are ${unread.length} notices`);
  known = new Set(notices.map(({ number }) => number));
  lay(unread.slice(0, MOST));
  byId("notices-count").hidden = unread.length === 0;
  setText(byId("notices-count"), String(unread.length));
  opener.setAttribute("aria-label", unread.length ? `Notices, ${unread.length} new` : "Notices");
  list(notices);
}

// What is there stays the same element, so that the keyboard stays where it is.
function lay(visible) {
  for (const [number, one] of shown) if (!visible.some((notice) => notice.number === number)) remove(number, one);
  for (const notice of visible) {
    if (!shown.has(notice.number)) shown.set(notice.number, card(notice));
  }
  visible.forEach(({ number }, index) => {
    const one = shown.get(number);
    if (fresh.children[index] !== one) fresh.insertBefore(one, fresh.children[index] ?? null);
  });
}

function remove(number, one) {
  const hadFocus = one.contains(document.activeElement);
  one.remove();
  shown.delete(number);
  if (hadFocus) (fresh.querySelector("button") ?? document.querySelector("#screen textarea") ?? opener).focus();
}

function list(notices) {
  byId("notices-none").hidden = notices.length > 0;
  const wanted = JSON.stringify(notices);
  if (all.dataset.shown === wanted) return;
  const hadFocus = all.contains(document.activeElement);
  all.dataset.shown = wanted;
  all.replaceChildren(...notices.map(card));
  if (hadFocus) (all.querySelector("button") ?? panel).focus();
}

function card(notice) {
  const text = element("p", "notice-text", notice.text);
  text.dir = "auto";
  const one = element("li", "notice-card", element("p", "notice-head", `${notice.time} ${notice.by}, to ${notice.to}`), text);
  if (notice.read) return one;
  const read = button("notice-read", "I have read it");
  read.setAttribute("aria-label", `I have read the notice from ${notice.by}, ${notice.time}`);
  read.addEventListener("mousedown", (event) => event.preventDefault()); // the keyboard stays where it was
  read.addEventListener("click", async () => {
    // Without a line it stays: nothing is lost.
    const { problem } = await send("/notices/read", { number: notice.number });
    if (problem) say(problem);
  });
  one.append(read);
  return one;
}

if (place) below(opener, panel);
panel?.addEventListener("toggle", ({ newState }) => {
  if (newState === "open") (all.querySelector("button") ?? panel).focus();
});
