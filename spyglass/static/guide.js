// The guide on a page: turning its pages, the place where one was, its blocks, and a new version that comes by itself.
//
// The server draws each page; of that this takes the part #guide and puts it in the place of the one that is there.

import { below } from "./page.js";
import { send } from "./send.js";

const PLACES = "spyglass.guide.places";
const LATER = 300; // milliseconds after scrolling until the place is kept
const YEAR = 31536000; // seconds
const byId = (id) => document.getElementById(id);
const scroller = byId("guide-pane") ?? document.scrollingElement;
const whenRun = [];
let told = null;
let latest = 0;

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

/** Show another page, or the same one as it is now; what was asked for last is what is shown. */
async function open(address, { isNew = true, focuses = true } = {}) {
  const mine = ++latest;
  const answer = await fetch(address.pathname, { cache: "no-store" }).catch(() => null);
  if (mine !== latest) return;
  if (!answer?.ok || answer.redirected) {
    // Signed out, or no such page any more: the server says it better.
    if (answer) location.assign(address.pathname);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine !== latest) return;
  guide().replaceWith(document.adoptNode(page.getElementById("guide")));
  settle();
  if (isNew) history.pushState({ guide: address.pathname }, "", byId("guide-pane") ? location.href : address.pathname);
  goTo(address.hash);
  if (focuses) byId("guide-text").focus({ preventScroll: true });
}

// The version that the page came with is no news.
function changed(now) {
  const { page, version } = guide().dataset;
  const text = JSON.stringify(now);
  const isNews = told === null ? now.version !== version : told !== text;
  told = text;
  if (!isNews || !now.version) return;
  const isThere = now.pages.some(([id]) => id === page);
  const next = isThere ? page : now.pages[0]?.[0];
  if (next === undefined) location.reload();
  else open(new URL(`/guide/${next.split("/").map(encodeURIComponent).join("/")}`, location.href), { isNew: false, focuses: false });
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
  history.replaceState({ guide: `/guide/${guide().dataset.page.split("/").map(encodeURIComponent).join("/")}` }, "");
  let later = 0;
  (scroller === document.scrollingElement ? document : scroller).addEventListener("scroll", () => {
    clearTimeout(later);
    later = setTimeout(keepPlace, LATER);
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
