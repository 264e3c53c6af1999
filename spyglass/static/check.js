// Looks at the computer on which this page is open. Each finding is "good", "so-so" or "bad", with words for it.

import { element, setText } from "./page.js";
import { send } from "./send.js";

const SHAPES = { good: "✔", "so-so": "●", bad: "✘" };
const KEYS = "|\\~{}[]@$;";
const ECHOES = 10;
const PATIENCE = 8000; // milliseconds for the websocket
const [QUICK, SLOW] = [80, 250]; // milliseconds of delay: not noticed, a nuisance
const [WIDE, HIGH] = [1024, 600]; // pixels in which guide and terminal stand side by side
const byId = (id) => globalThis.document?.getElementById(id);
const findings = {};

function say(id, mark, words) {
  findings[id] = [mark, words];
  const line = document.querySelector(`#findings [data-id='${id}']`);
  line.dataset.mark = mark;
  setText(line.querySelector(".shape"), SHAPES[mark]);
  setText(line.querySelector(".words"), words);
}

/** Whether a round trip of so many milliseconds will do for typing. */
export function delay(milliseconds) {
  const words = `${Math.round(milliseconds)} ms from a key to its letter`;
  if (milliseconds <= QUICK) return ["good", words];
  return milliseconds <= SLOW ? ["so-so", `${words}: it will do`] : ["bad", `${words}: typing will feel slow. Try another network`];
}

/** Whether guide and terminal fit side by side. */
export function screenOf(width, height) {
  if (width >= WIDE && height >= HIGH) return ["good", `${width} × ${height}`];
  return ["so-so", `${width} × ${height}: guide and terminal show one at a time. A larger window, or a computer, is better`];
}

/** Which of the characters are still missing from what was typed. */
export const missing = (typed) => [...KEYS].filter((key) => !typed.includes(key));

const middle = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

function browser() {
  const lacking = [
    ["popovers", HTMLElement.prototype.hasOwnProperty("popover")],
    ["dialogs", typeof HTMLDialogElement === "function"],
    ["streams of events", typeof EventSource === "function"],
    ["resize observers", typeof ResizeObserver === "function"],
  ].filter(([, is]) => !is);
  if (lacking.length) return ["bad", `lacks ${lacking.map(([name]) => name).join(", ")}: update it, or use another one`];
  return ["good", "has all that is needed"];
}

async function line() {
  const address = new URL("/check/echo", location.href);
  address.protocol = "wss:";
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  const next = (name) => new Promise((come, fail) => {
    socket.addEventListener(name, come, { once: true });
    socket.addEventListener("close", fail, { once: true });
    setTimeout(fail, PATIENCE);
  });
  try {
    await next("open");
    const times = [];
    for (let index = 0; index < ECHOES; index++) {
      const began = performance.now();
      socket.send(new Uint8Array(index ? 20 : 16_000)); // the first also shows that larger messages pass
      await next("message");
      if (index) times.push(performance.now() - began);
    }
    say("line", "good", "gets through");
    say("latency", ...delay(middle(times)));
  } catch {
    say("line", "bad", "is blocked: a proxy, a firewall or an extension lets no websocket pass. Try another network or browser");
    say("latency", "bad", "could not be measured");
  }
  socket.close();
}

async function clipboard() {
  const text = `workshop ${Date.now()}`;
  try {
    await navigator.clipboard.writeText(text);
    const found = await navigator.clipboard.readText();
    say("clipboard", ...(found === text ? ["good", "works"] : ["so-so", "copies, but pastes something else"]));
  } catch {
    say("clipboard", "so-so", "the browser does not let pages read the clipboard: Ctrl+Shift+V pastes all the same");
  }
}

function typed() {
  const lacking = missing(byId("keys").value);
  if (!lacking.length) say("keyboard", "good", "has all characters that are needed");
  else say("keyboard", "so-so", `not yet typed: ${lacking.join(" ")}`);
}

async function sendResult(event) {
  event.preventDefault();
  const { problem, said } = await send("/check/result", { name: byId("name").value, findings });
  if (problem) return setText(byId("code"), problem);
  byId("code").replaceChildren("Your code: ", element("span", "mono", said.code), ". Your teacher finds you by it.");
}

if (byId("findings")) {
  say("tls", ...(isSecureContext ? ["good", "the page came encrypted"] : ["bad", "the page did not come encrypted"]));
  say("browser", ...browser());
  say("screen", ...screenOf(innerWidth, innerHeight));
  say("clipboard", "so-so", "not tried yet: press the button below");
  typed();
  line();
  addEventListener("resize", () => say("screen", ...screenOf(innerWidth, innerHeight)));
  byId("try-clipboard").addEventListener("click", clipboard);
  byId("keys").addEventListener("input", typed);
  byId("send").addEventListener("submit", sendResult);
}
