// Follow what is shown: pictures of a terminal, painted as text, beside one's own or over it. Nothing goes back.

import { element, follow } from "./page.js";
import { Canvas, partOf } from "./wall_picture.js";

const NEAR = 40; // pixels from the end within which somebody counts as being there
const LETTER = 0.61; // width of a letter by its height
const SMALLEST = 10; // pixels
const LARGEST = { beside: 16, alone: 30 }; // beside one's own terminal; on a projector

const byId = (id) => document.getElementById(id);

export class Panel {
  /** @param {{closed: function, address: string}} options - what is called once it is closed, and where the pictures are */
  constructor({ closed = () => {}, address = "/showing/events" } = {}) {
    this.address = address;
    [this.place, this.scroll, this.before] = [byId("follow-panel"), byId("follow-scroll"), byId("follow-history")];
    this.canvas = new Canvas(byId("follow-now"));
    this.closed = closed;
    this.largest = "alone" in this.place.dataset ? LARGEST.alone : LARGEST.beside;
    this.over = null;
    byId("follow-before").addEventListener("click", () => this.#above());
    byId("follow-close")?.addEventListener("click", () => this.close());
    byId("follow-place")?.addEventListener("click", ({ target }) => {
      target.setAttribute("aria-pressed", String(this.place.classList.toggle("over")));
    });
  }

  get isOpen() {
    return this.over !== null;
  }

  open() {
    if (this.isOpen) return;
    this.place.hidden = false;
    this.#say("Connecting");
    this.over = follow({ show: (show) => this.#show(show), picture: (one) => this.#paint(one) }, { address: this.address, quiet: true });
  }

  close() {
    this.over?.();
    this.over = null;
    this.place.hidden = true;
    this.#empty();
    this.closed();
  }

  #show(show) {
    byId("follow-title").textContent = show ? show.who : "Shown to everybody";
    if (show) return;
    this.#empty();
    this.#say("Nothing is shown at the moment. It appears here when something is.");
  }

  #empty() {
    this.canvas.paint({ text: "", rows: 0 });
    this.#caret(null);
    this.before.replaceChildren();
  }

  #paint(picture) {
    if (picture.problem) {
      this.#say(`This terminal ${picture.problem}.`);
      return;
    }
    // Who reads further up is left there; who is at the end stays at the end.
    const { scrollHeight, scrollTop, clientHeight, clientWidth } = this.scroll;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    const size = Math.min(this.largest, Math.max(SMALLEST, clientWidth / ((picture.columns + 2) * LETTER)));
    this.scroll.style.setProperty("--follow-size", `${size.toFixed(2)}px`);
    // The end is where somebody writes, not where the window ends.
    this.canvas.paint({ text: picture.text, rows: partOf(picture).last + 1 });
    this.#caret(picture.cursor);
    this.#say("");
    if (isAtEnd) this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  #caret(cursor) {
    const mark = byId("follow-caret");
    mark.hidden = !cursor;
    if (!cursor) return;
    mark.style.left = `${cursor[0]}ch`;
    mark.style.top = `${cursor[1] * 1.25}em`;
  }

  async #above() {
    this.#say("Reading");
    const { problem, blocks } = await above("/showing/history", this.before);
    this.#say(problem || (blocks ? "Above the line: what was there before, as of now." : "Nothing has scrolled out of this terminal yet."));
    this.scroll.scrollTop = Math.max(0, this.before.offsetHeight - this.scroll.clientHeight / 2);
    this.scroll.focus();
  }

  #say(text) {
    const place = byId("follow-say");
    if (place.textContent !== text) place.textContent = text;
  }
}

/** How many follow, in words. */
export const following = (count) => (count === 1 ? "1 follows" : `${count} follow`);

/** Put what has scrolled out of a terminal into an element; comes back: how many blocks, or what the problem is. */
export async function above(address, place) {
  const answer = await fetch(address, { cache: "no-store" }).catch(() => null);
  const content = await answer?.json().catch(() => ({}));
  if (!answer?.ok) return { problem: content?.message ?? "There is no connection to the workshop." };
  place.replaceChildren(...content.blocks.map((text) => {
    const block = element("div", "");
    new Canvas(block).paint({ text, rows: text.split("\n").length });
    return block;
  }));
  return { problem: "", blocks: content.blocks.length };
}
