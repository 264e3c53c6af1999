// A terminal in the page: xterm.js joined to one websocket of spyglass (the messages are described in bridge.py).
//
// It reconnects by itself for as long as the page is open, and always says in words how things stand.

import { markWithMouse } from "./mouse.js";
import { signedOut } from "./page.js";
import { dress } from "./terminal_look.js";

const ACK_EVERY = 16 * 1024; // bytes shown before the server hears of it
const PIECE = 16 * 1024; // bytes of a paste sent at once
const KEEP = 5000; // milliseconds for which what is typed without a line is kept
const MOST_KEPT = 200; // of it
const PING_EVERY = 5000; // milliseconds
const SILENCE = 12000; // milliseconds without a word until the line counts as dead
const PAUSES = [300, 1000, 2000, 3000, 5000]; // milliseconds before each new try
const CODES = { 4001: "signed-out", 4002: "unreachable", 4003: "ended", 4004: "too-many" };
const FONT = "spyglass.fontSize";

const NO_SOCKET = { readyState: WebSocket.CLOSED, close() {} };

const byId = (id) => document.getElementById(id);

/** One terminal that fills the element #screen. */
export class SeatTerminal extends EventTarget {
  /** @param {{fit: boolean, fontSize?: number}} options - fit: the terminal takes the size of the page. */
  constructor({ fit }) {
    super();
    this.screen = byId("screen");
    this.fits = fit;
    this.socket = NO_SOCKET;
    this.tries = 0;
    this.unacked = 0;
    this.zoomed = 0;
    this.isReady = false;
    this.kept = []; // typed while the line is away
    this.hasEnded = false; // then nothing is to be typed later
    const remembered = Number(localStorage.getItem(FONT));
    this.fontSize = remembered >= 8 && remembered <= 40 ? remembered : 15;
    this.terminal = new Terminal({
      allowProposedApi: true, // for the widths of Unicode 11
      cursorBlink: true,
      fontFamily: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace',
      fontSize: this.fontSize,
      linkHandler: { activate: () => {} },
      macOptionClickForcesSelection: true,
      scrollback: 0, // tmux keeps the history
    });
    this.#makeInert();
    dress(this.terminal, this.screen.parentElement);
    this.terminal.loadAddon(new Unicode11Addon.Unicode11Addon());
    this.terminal.unicode.activeVersion = "11";
    this.terminal.open(this.screen);
    this.terminal.textarea.setAttribute("aria-label", this.screen.dataset.label);
    markWithMouse(this.terminal);
    this.#keys();
    if (fit) {
      this.fitter = new FitAddon.FitAddon();
      this.terminal.loadAddon(this.fitter);
      this.terminal.onResize(() => this.#sendSize());
    }
    new ResizeObserver(() => this.fit()).observe(this.screen);
    this.fit();
    this.terminal.onData((text) => this.#send(new TextEncoder().encode(text)));
    this.terminal.onBinary((text) => this.#send(Uint8Array.from(text, (character) => character.charCodeAt(0))));
    byId("smaller").addEventListener("click", () => this.#zoom(-1));
    byId("larger").addEventListener("click", () => this.#zoom(1));
    byId("curtain-button").addEventListener("click", () => this.connect());
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
    setInterval(() => this.#beat(), PING_EVERY);
    this.connect();
  }

  /** Open a websocket, giving up any former one. */
  connect() {
    clearTimeout(this.retry);
    this.socket.close();
    this.isReady = false;
    this.#say("connecting", "Connecting");
    const address = new URL(this.screen.dataset.socket, location.href);
    address.protocol = "wss:";
    if (this.fits) address.search = new URLSearchParams({ columns: this.terminal.cols, rows: this.terminal.rows });
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    this.heard = Date.now();
    socket.addEventListener("message", (event) => socket === this.socket && this.#receive(event.data));
    socket.addEventListener("close", (event) => socket === this.socket && this.#closed(event.code));
  }

  /** The keyboard is the terminal's. */
  focus() {
    this.terminal.focus();
  }

  /** Send a JSON message. */
  tell(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  // What a program in the seat may not do to whoever looks: titles, clipboard, links.
  #makeInert() {
    for (const command of [0, 1, 2, 8, 52]) this.terminal.parser.registerOscHandler(command, () => true);
  }

  #keys() {
    this.terminal.attachCustomKeyEventHandler((event) => {
      if (event.type !== "keydown") return true;
      if (event.ctrlKey && event.shiftKey && event.code === "KeyC") {
        event.preventDefault();
        this.#copy();
        return false;
      }
      if (event.ctrlKey && event.shiftKey && event.code === "KeyV") return false; // the browser pastes
      if (event.shiftKey && event.key === "F6") {
        event.preventDefault();
        this.terminal.blur();
        document.querySelector(".bar a, .bar button").focus();
        return false;
      }
      return this.dispatchEvent(new CustomEvent("key", { detail: event, cancelable: true }));
    });
  }

  async #copy() {
    const text = this.terminal.getSelection();
    if (!text) return;
    try {
      await navigator.clipboard.writeText(text);
    } catch { // no permission, or an older browser
      document.execCommand("copy");
    }
  }

  #send(bytes) {
    if (!this.isReady || this.socket.readyState !== WebSocket.OPEN) {
      this.#keep(bytes);
      return;
    }
    for (let at = 0; at < bytes.length; at += PIECE) this.socket.send(bytes.subarray(at, at + PIECE));
  }

  // Who goes on typing while the line is changed loses no letter. All of it or nothing: half a line would be another
  // command. What a program was to be told of mouse and focus is nothing that was typed.
  #keep(bytes) {
    if (this.hasEnded || /^\x1b\[[<MIO?>]/.test(String.fromCharCode(...bytes.subarray(0, 3)))) return;
    this.kept.push({ at: Date.now(), bytes });
  }

  #kept() {
    const kept = this.kept;
    this.kept = [];
    const isWhole = kept.length <= MOST_KEPT && kept.every(({ at }) => Date.now() - at < KEEP);
    return isWhole ? kept : [];
  }

  #receive(data) {
    this.heard = Date.now();
    if (typeof data !== "string") {
      const bytes = new Uint8Array(data);
      this.terminal.write(bytes, () => this.#shown(bytes.length));
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "ready") {
      this.tries = 0;
      this.terminal.reset();
      this.#say("connected", "Connected");
      this.#curtain(null);
      this.isReady = true;
      for (const { bytes } of this.#kept()) this.#send(bytes);
      // Who is writing something else on this page while a line that was cut comes back goes on with that.
      if (!document.activeElement || document.activeElement.matches("body, #screen *, #curtain *")) this.terminal.focus();
    }
    this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
  }

  #shown(count) {
    this.unacked += count;
    if (this.unacked < ACK_EVERY) return;
    this.tell({ type: "ack", bytes: this.unacked });
    this.unacked = 0;
  }

  async #closed(code) {
    this.unacked = 0;
    this.isReady = false;
    this.dispatchEvent(new CustomEvent("lost"));
    const reason = CODES[code];
    this.hasEnded = ["ended", "too-many", "signed-out"].includes(reason);
    if (this.hasEnded) this.kept = [];
    if (reason === "ended" && this.fits) {
      this.#say("lost", "Ended");
      this.#curtain("Your shell has ended", "What ran in it is gone; your files are not.", "Start a new one");
      return;
    }
    if (reason === "too-many") {
      this.#say("lost", "Not connected");
      this.#curtain("Too many terminals are open", "Close one of the other tabs first.", "Try again");
      return;
    }
    if (await signedOut()) {
      this.#say("lost", "Signed out");
      this.#curtain("You are signed out", "What runs in your terminal goes on.", "Sign in again");
      byId("curtain-button").addEventListener("click", () => location.assign("/sign-in"), { once: true });
      return;
    }
    const unreachable = reason === "unreachable";
    this.#say("lost", "Reconnecting");
    if (unreachable || this.tries > 0) {
      this.#curtain(
        unreachable ? "This machine does not answer" : "The connection is lost",
        `${unreachable ? "It may be starting." : "What runs in the terminal goes on."} This page tries again by itself.`,
      );
    }
    this.retry = setTimeout(() => this.connect(), PAUSES[Math.min(this.tries++, PAUSES.length - 1)]);
  }

  #hurry() {
    if (this.socket.readyState === WebSocket.CLOSED && byId("curtain-button").hidden) this.connect();
    else this.#beat();
  }

  #beat() {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    if (Date.now() - this.heard > SILENCE) {
      const dead = this.socket;
      this.socket = NO_SOCKET;
      dead.close();
      this.#closed(0);
    } else {
      this.tell({ type: "ping" });
    }
  }

  #say(state, text) {
    byId("state").dataset.state = state;
    byId("state-text").textContent = text;
  }

  #curtain(title, text = "", button = "") {
    byId("curtain").hidden = !title;
    byId("curtain-title").textContent = title ?? "";
    byId("curtain-text").textContent = text;
    byId("curtain-button").textContent = button;
    byId("curtain-button").hidden = !button;
    if (button) byId("curtain-button").focus();
  }

  /** Fit the terminal to the page, or (where its size is given) its text. */
  fit() {
    if (this.fits) {
      this.fitter.fit();
      return;
    }
    const drawn = this.screen.querySelector(".xterm-screen").getBoundingClientRect();
    if (!drawn.width) return;
    const style = getComputedStyle(this.screen);
    const width = this.screen.clientWidth - 2 * parseFloat(style.paddingLeft);
    const height = this.screen.clientHeight - 2 * parseFloat(style.paddingTop);
    const scale = Math.min(width / drawn.width, height / drawn.height);
    const fitting = Math.floor(2 * this.terminal.options.fontSize * scale) / 2;
    const size = Math.min(40, Math.max(6, Math.min(fitting, 22) + this.zoomed));
    if (size !== this.terminal.options.fontSize) this.terminal.options.fontSize = size;
  }

  #sendSize() {
    if (this.fits) this.tell({ type: "resize", columns: this.terminal.cols, rows: this.terminal.rows });
  }

  #zoom(step) {
    if (this.fits) {
      this.fontSize = Math.min(40, Math.max(8, this.fontSize + step));
      localStorage.setItem(FONT, String(this.fontSize));
      this.terminal.options.fontSize = this.fontSize;
    } else {
      this.zoomed += step;
    }
    this.fit();
    if (!this.fits) this.terminal.focus();
  }
}
