// One tile: the picture of a terminal, as large as the tile lets it be.

import { Canvas, partOf } from "./wall_picture.js";

const FONT = 10; // pixels, before the picture is scaled to its tile; as in wall.css
const LINE = 1.25; // of the font size

export class Tile {
  constructor(element) {
    this.element = element;
    this.id = element.dataset.id;
    this.face = element.querySelector(".face");
    this.view = element.querySelector(".view");
    this.letters = element.querySelector(".letters");
    this.cursor = element.querySelector(".cursor");
    this.none = element.querySelector(".none");
    this.canvas = new Canvas(this.letters);
    this.shown = null;
  }

  /** What the tiles are arranged by, as the page says it at this moment. */
  get facts() {
    const { id, name, group } = this.element.dataset;
    const { state } = this.element.querySelector(".how").dataset;
    return { id, name, group, state, done: parseInt(this.element.querySelector(".tasks").textContent, 10) };
  }

  /** Another picture, or the word that there is none. */
  show(picture) {
    this.view.classList.toggle("lost", Boolean(picture.problem));
    if (picture.problem) {
      this.none.textContent = `This seat ${picture.problem}.`;
      return;
    }
    this.shown = picture;
    this.canvas.paint(picture);
    this.part = partOf(picture);
    this.letters.style.inlineSize = `${picture.columns}ch`;
    this.cursor.hidden = !picture.cursor;
    if (picture.cursor) {
      this.cursor.style.setProperty("--column", picture.cursor[0]);
      this.cursor.style.setProperty("--row", picture.cursor[1]);
    }
    this.fit();
  }

  /** Scale the picture: the whole width of what is written, and of its height the last lines. */
  fit() {
    const { clientWidth: width, clientHeight: height } = this.view;
    if (!this.shown || !width) return;
    const { columns, last } = this.part;
    const line = FONT * LINE;
    let scale = width / (columns * letterWidth());
    if (this.shown.full) scale = Math.min(scale, height / (this.shown.rows * line));
    const visible = Math.max(1, Math.floor(height / (scale * line)));
    this.view.style.setProperty("--scale", scale.toFixed(4));
    this.view.style.setProperty("--first", Math.max(0, last + 1 - visible));
  }
}

let letter = 0; // pixels

function letterWidth() {
  if (letter) return letter;
  const probe = document.createElement("span");
  probe.className = "letters probe";
  probe.textContent = "0".repeat(100);
  document.body.append(probe);
  letter = probe.getBoundingClientRect().width / 100;
  probe.remove();
  return letter;
}
