// The tiles in the document: in sections, each where the layout has it; dragged with the mouse, walked with the arrows.

import { element } from "./page.js";
import { FONT, Tile } from "./wall_tile.js";

export class Grid {
  /** @param {HTMLElement} place @param {function} drop - called with id, the other's id and whether after it
   *  @param {function} arrange - called with the id of a tile whose button was pressed */
  constructor(place, { drop, arrange }) {
    this.place = place;
    this.wall = { frame: { width: 0, height: 0, letter: 0.6 * FONT }, arrange };
    this.tiles = new Map();
    this.sections = new Map(); // key -> {element, heading, list}
    this.#drag(drop);
    new ResizeObserver(() => this.measure()).observe(place);
  }

  tile(id) {
    if (!this.tiles.has(id)) this.tiles.set(id, new Tile(this.wall));
    return this.tiles.get(id);
  }

  /** Make these sections, with these tiles in this order, what is shown; what is there already is not touched. */
  draw(sections) {
    const focused = this.place.contains(document.activeElement) ? document.activeElement : null;
    const elements = sections.map(({ key, title, ids }) => {
      const section = this.#section(key);
      section.heading.textContent = title;
      section.heading.hidden = sections.length === 1 && key === "others";
      children(section.list, ids.map((id) => this.tile(id).element));
      return section.element;
    });
    children(this.place, elements);
    if (focused && document.activeElement !== focused && focused.isConnected) focused.focus();
  }

  /** Nobody of these is here any more. */
  keep(ids) {
    const here = new Set(ids);
    for (const id of this.tiles.keys()) if (!here.has(id)) this.tiles.delete(id);
  }

  /** All tiles that are shown, as they stand. */
  get shown() {
    return [...this.place.querySelectorAll(".tile")].map((one) => one.tile);
  }

  /** How many tiles each section has. */
  get counts() {
    return [...this.place.querySelectorAll(".tiles")].map((list) => list.childElementCount);
  }

  /** The tile where the keyboard is. */
  get current() {
    const tile = document.activeElement?.closest?.(".tile");
    return tile && this.place.contains(tile) ? tile.tile : null;
  }

  /** One tile is in the order of tabulators; arrows lead to the others. */
  rove(id) {
    const all = this.shown;
    const chosen = all.find((one) => one.data.id === id) ?? all[0];
    for (const one of all) one.current(one === chosen);
  }

  /** From a tile to its neighbour, as they stand on the page. */
  neighbour(tile, key) {
    const all = this.shown;
    const at = all.indexOf(tile);
    const one = { ArrowLeft: all[at - 1], ArrowRight: all[at + 1], Home: all[0], End: all.at(-1) };
    if (key in one) return one[key] ?? tile;
    if (key !== "ArrowUp" && key !== "ArrowDown") return null;
    const here = middle(tile);
    const beyond = all.map((other) => [other, middle(other)]).filter(([, { y }]) => (key === "ArrowUp" ? y < here.y - 1 : y > here.y + 1));
    const distance = ([, { x, y }]) => 1e4 * Math.abs(y - here.y) + Math.abs(x - here.x);
    return beyond.sort((a, b) => distance(a) - distance(b))[0]?.[0] ?? tile;
  }

  /** Learn how large pictures and letters are, and fit all pictures. */
  measure() {
    const picture = this.place.querySelector(".shot");
    if (!picture?.clientWidth) return;
    const probe = element("pre", "letters probe", "0".repeat(100));
    this.place.append(probe);
    const letter = probe.getBoundingClientRect().width / 100;
    probe.remove();
    const style = getComputedStyle(picture);
    const width = picture.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const height = picture.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
    this.wall.frame = { width, height, letter: letter || 0.6 * FONT };
    for (const one of this.tiles.values()) one.fit();
  }

  #section(key) {
    if (!this.sections.has(key)) {
      const [heading, list] = [element("h2", "section"), element("ul", "tiles")];
      this.sections.set(key, { element: element("section", "part", heading, list), heading, list });
    }
    return this.sections.get(key);
  }

  #drag(drop) {
    let dragged = null;
    const over = ({ target }) => target.closest?.(".tile");
    const isAfter = (event, other) => {
      const box = other.getBoundingClientRect();
      return event.clientX > box.left + box.width / 2;
    };
    const unmark = () => this.place.querySelectorAll(".tile[data-drop]").forEach((one) => delete one.dataset.drop);
    this.place.addEventListener("dragstart", (event) => {
      dragged = over(event);
      if (!dragged) return;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", dragged.tile.data.name);
      dragged.classList.add("dragged");
    });
    this.place.addEventListener("dragover", (event) => {
      const other = over(event);
      if (!dragged || !other) return;
      event.preventDefault();
      unmark();
      if (other !== dragged) other.dataset.drop = isAfter(event, other) ? "after" : "before";
    });
    this.place.addEventListener("drop", (event) => {
      const other = over(event);
      if (!dragged || !other) return;
      event.preventDefault();
      drop(dragged.tile.data.id, other.tile.data.id, isAfter(event, other));
    });
    this.place.addEventListener("dragend", () => {
      unmark();
      dragged?.classList.remove("dragged");
      dragged = null;
    });
  }
}

function middle(tile) {
  const box = tile.element.getBoundingClientRect();
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
}

// What has its place already is not touched: moving it would take the focus and the scrolling away.
function children(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  wanted.forEach((child, place) => {
    if (parent.children[place] !== child) parent.insertBefore(child, parent.children[place] ?? null);
  });
}
