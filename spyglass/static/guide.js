// The guide on a page: turning its pages, the place where one was, its blocks, and a new version that comes by itself.
//
// The server draws each page; of that this takes the part #guide and puts it in the place of the one that is there.

import { below, setText } from "./page.js";
import { send } from "./send.js";

const PLACES = "spyglass.guide.places";
const LATER = 300; // milliseconds after scrolling until the place is kept
const LOST = "This page cannot be had right now. Try again in a moment.";
const GONE = "There is no such page any more: look at the contents.";
const YEAR = 31536000; // seconds
const byId = (id) => document.getElementById(id);
const scroller = byId("guide-pane") ?? document.scrollingElement;
const whenRun = [];
const AGAIN = 3000; // milliseconds until a new version that could not be had is asked for again
let told = null; // what the stream said last, once the page shows it
let latest = 0;
let wanted = ""; // the page that was asked for last
let later = 0;

/** Called when a block was run. */
export const onRun = (act) => whenRun.push(act);

/** For the stream of the page. */
export const handlers = { guide: changed };

const guide = () => byId("guide");

function places() {
  try {
    return JSON.parse(localStorage.getItem(PLACES)) ?? {};
  } catch { // somebody else's, or half written
    return {};
  }
}

function keepPlace() {
  localStorage.setItem(PLACES, JSON.stringify({ ...places(), [guide().dataset.page]: Math.round(scroller.scrollTop) }));
}

// What the page is now known by: to the server, for the next time, and to the browser's way back.
function settle() {
  const { page, cookie } = guide().dataset;
  document.cookie = `${cookie}=${encodeURIComponent(page)}; path=/; secure; samesite=strict; max-age=${YEAR}`;
  below(byId("guide-contents-button"), byId("guide-contents"));
  document.dispatchEvent(new Event("guide-shown"));
}

function goTo(anchor) {
  const target = anchor && byId(decodeURIComponent(anchor.slice(1)));
  if (target) target.scrollIntoView();
  else scroller.scrollTop = places()[guide().dataset.page] ?? 0;
}

/**
 * Show another page, or the same one as it is now; what was asked for last is what is shown. Whatever goes wrong, nobody
 * is led away from his terminal. Comes back: whether it is shown, or another one is asked for.
 */
async function open(address, { isNew = true, focuses = true } = {}) {
  const mine = ++latest;
  const from = document.activeElement;
  wanted = address.pathname;
  const answer = await fetch(address.pathname, { cache: "no-store" }).catch(() => null);
  const text = answer?.ok && !answer.redirected ? await answer.text().catch(() => "") : "";
  if (mine !== latest) return true;
  const page = new DOMParser().parseFromString(text, "text/html");
  if (!page.getElementById("guide")) {
    if (focuses) setText(byId("guide-problem"), answer?.status === 404 ? GONE : LOST);
    return false;
  }
  // Who types in the terminal by now goes on typing there.
  const mayFocus = focuses && (document.activeElement === from || guide().contains(document.activeElement));
  guide().replaceWith(document.adoptNode(page.getElementById("guide")));
  settle();
  if (isNew) history.pushState({ guide: address.pathname }, "", byId("guide-pane") ? location.href : address.pathname);
  goTo(address.hash);
  if (mayFocus) byId("guide-text").focus({ preventScroll: true });
  return true;
}

const addressOf = (page) => `/guide/${page.split("/").map(encodeURIComponent).join("/")}`;

// The version that the page came with is no news. One that cannot be had now is asked for again, for nobody says it twice.
async function changed(now) {
  clearTimeout(later);
  const text = JSON.stringify(now);
  if (!now.version || (now.version === guide().dataset.version && (told === null || told === text))) {
    told = text;
    return;
  }
  const addresses = now.pages.map(([page]) => addressOf(page));
  const next = [wanted, addressOf(guide().dataset.page), addresses[0]].find((one) => addresses.includes(one));
  if (!next) return location.reload();
  if (await open(new URL(next, location.href), { isNew: false, focuses: false })) told = text;
  else later = setTimeout(() => changed(now), AGAIN);
}

async function press(pressed) {
  const block = pressed.closest(".code");
  const said = block.querySelector(".code-said");
  const act = pressed.dataset.act;
  if (block.dataset.busy) return;
  if (act === "copy") {
    await copy(block.querySelector("code"));
    return say(block, "Copied.");
  }
  block.dataset.busy = "yes";
  said.textContent = "";
  const { page, version } = guide().dataset;
  const values = { page, version, number: Number(block.dataset.number), replace: act === "replace" };
  const { problem, said: answer } = await send(act === "run" ? "/desk/run" : "/desk/save", values);
  delete block.dataset.busy;
  say(block, problem || answer.message, Boolean(problem));
  if (answer?.there) said.append(replaceButton());
  else if (act === "replace") block.querySelector("[data-act='save']").focus();
  if (act === "run" && !problem) for (const then of whenRun) then();
}

function say(block, text, isProblem = false) {
  block.querySelector(".code-said").textContent = text;
  block.dataset.result = isProblem ? "problem" : "good";
}

function replaceButton() {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "quiet", textContent: "Replace it" });
  made.dataset.act = "replace";
  return made;
}

async function copy(code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch { // no permission, or an older browser
    getSelection().selectAllChildren(code);
    document.execCommand("copy");
  }
}

if (guide()) {
  settle();
  goTo(location.hash);
  history.replaceState({ guide: addressOf(guide().dataset.page) }, "");
  let scrolled = 0;
  (scroller === document.scrollingElement ? document : scroller).addEventListener("scroll", () => {
    clearTimeout(scrolled);
    scrolled = setTimeout(keepPlace, LATER);
  });
  addEventListener("popstate", ({ state }) => {
    if (state?.guide) open(new URL(state.guide, location.href), { isNew: false });
  });
  document.addEventListener("click", (event) => {
    const [pressed, link] = [event.target.closest(".code [data-act]"), event.target.closest("#guide a[href]")];
    if (pressed) press(pressed);
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const address = new URL(link.href);
    if (address.origin !== location.origin || link.target) return;
    const isHere = link.getAttribute("href").startsWith("#");
    if (!isHere && !address.pathname.startsWith("/guide/")) return;
    event.preventDefault();
    byId("guide-contents").hidePopover();
    if (isHere) goTo(address.hash);
    else {
      keepPlace();
      open(address);
    }
  });
}
