// One tile: the picture of a terminal and what is known of its student.

import { addressOf, button, element, setText } from "./page.js";
import { Canvas, partOf } from "./wall_picture.js";

const LINE = 1.25; // of the font size, as in wall.css
export const FONT = 10; // pixels, before the picture is scaled to its tile

const people = new Intl.ListFormat("en");
const onOff = (value, yes, no) => (value === null ? "?" : value ? yes : no);

/** Minutes as people say them. */
export function minutes(value) {
  if (value < 60) return `${value} min`;
  return `${Math.floor(value / 60)} h ${String(value % 60).padStart(2, "0")}`;
}

/** What tile and list say about a seat, in words. */
export function words(tile) {
  return {
    state: tile.free ? "free seat" : tile.state,
    shape: tile.free ? "" : tile.shape,
    task: tile.task,
    minutes: tile.minutes === null || tile.free || tile.state === "not started" ? "" : minutes(tile.minutes),
    done: tile.tasks ? `${tile.done} of ${tile.tasks}` : "no tasks",
    open: tile.terminals ? "open" : "not open",
    coming: tile.asked?.by ? `${tile.asked.by} is coming` : "",
    eyes: tile.typists.length ? `${people.format(tile.typists)} typing` : tile.watchers.length ? `watched by ${people.format(tile.watchers)}` : "",
    visited: tile.free ? "" : tile.visited === null ? "never" : tile.visited < 1 ? "just now" : `${minutes(tile.visited)} ago`,
    engine: onOff(tile.engine, "on", "off"),
    database: onOff(tile.database, "ok", "no answer"),
    seat: onOff(tile.answers, "ok", "does not answer"),
  };
}

export class Tile {
  /** @param {{frame: object, arrange: function}} wall */
  constructor(wall) {
    this.wall = wall;
    const part = (name, className) => (this[name] = element("span", className));
    part("shape", "shape").setAttribute("aria-hidden", "true");
    this.letters = element("pre", "letters");
    part("cursor", "cursor").hidden = true;
    this.picture = element("span", "shot", this.letters, this.cursor, part("problem", "none"));
    this.picture.setAttribute("aria-hidden", "true");
    this.face = element(
      "a",
      "face",
      element("span", "head", part("name", "name"), part("id", "id"), part("tag", "tag"), part("eyes", "eyes")),
      this.picture,
      element("span", "foot", this.shape, part("state", "word"), part("at", "at")),
      element("span", "foot task", part("task", "title"), part("done", "done")),
      element("span", "foot facts", part("visited", "fact"), part("engine", "fact"), part("database", "fact"), part("seat", "fact")),
    );
    this.face.draggable = false;
    this.button = button("quiet more", "⋯");
    this.button.addEventListener("click", () => wall.arrange(this.data.id));
    this.element = element("li", "tile", this.face, this.button);
    this.element.draggable = true;
    this.element.tile = this;
    this.canvas = new Canvas(this.letters);
    this.shown = null;
    this.current(false);
  }

  /** Whether the keyboard reaches this tile. */
  current(is) {
    this.face.tabIndex = this.button.tabIndex = is ? 0 : -1;
  }

  /** The facts as they are now. */
  update(data) {
    this.data = data;
    const say = words(data);
    const set = this.element.dataset;
    set.id = data.id;
    set.state = data.free ? "free" : data.state;
    set.eyes = data.typists.length ? "typing" : data.watchers.length ? "watching" : "no";
    set.pinned = data.pinned ? "yes" : "no";
    if (this.face.getAttribute("href") !== addressOf(data)) this.face.href = addressOf(data);
    setText(this.name, data.name);
    setText(this.id, data.id);
    setText(this.tag, data.pinned ? "pinned" : data.spare ? "spare" : "");
    setText(this.eyes, say.eyes);
    setText(this.shape, say.shape);
    setText(this.state, say.state);
    setText(this.at, data.asked ? [minutes(data.asked.minutes), say.coming].filter(Boolean).join(", ") : say.minutes);
    setText(this.done, data.tasks ? `${data.done}/${data.tasks}` : "");
    setText(this.task, data.asked ? data.reason : say.task);
    setText(this.visited, say.visited && `visit ${say.visited}`);
    setText(this.engine, `Docker ${say.engine}`);
    setText(this.database, `DB ${say.database}`);
    this.database.classList.toggle("bad", data.database === false);
    setText(this.seat, data.answers === false ? "seat does not answer" : "");
    this.seat.classList.toggle("bad", data.answers === false);
    this.element.title = data.reason;
    const label = [
      data.name, data.id, data.free ? say.state : `${data.state}: ${data.reason}`, say.coming, `${say.done} done`,
      `terminal ${say.open}`, say.eyes, say.visited && `last visit ${say.visited}`, data.answers === false ? "seat does not answer" : "",
    ];
    this.face.setAttribute("aria-label", label.filter(Boolean).join(", "));
    this.button.setAttribute("aria-label", `Arrange ${data.name}`);
  }

  /** Another picture, or the word that there is none. */
  show(picture) {
    this.picture.classList.toggle("lost", Boolean(picture.problem));
    setText(this.problem, picture.problem ? `This seat ${picture.problem}` : "");
    if (picture.problem) return;
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

  /** Scale the picture to the tile. */
  fit() {
    const { width, height, letter } = this.wall.frame;
    if (!this.shown || !width) return;
    const { columns, last } = this.part;
    const line = FONT * LINE;
    let scale = width / (columns * letter);
    if (this.shown.full) scale = Math.min(scale, height / (this.shown.rows * line));
    const visible = Math.max(1, Math.floor(height / (scale * line)));
    this.picture.style.setProperty("--scale", scale.toFixed(4));
    this.picture.style.setProperty("--first", Math.max(0, last + 1 - visible));
  }
}
