// The dialog of one tile: pin it, move it, put it into a group. What dragging does, without dragging.

import { pageOf, setText } from "./page.js";

export class Arranging {
  /** @param {HTMLDialogElement} dialog @param {Layout} layout @param {Map} tiles @param {function} changed */
  constructor(dialog, layout, tiles, changed) {
    [this.dialog, this.layout, this.tiles, this.changed] = [dialog, layout, tiles, changed];
    this.part = (name) => dialog.querySelector(`[name=${name}]`);
    for (const [name, by] of [["earlier", -1], ["later", 1]]) this.part(name).addEventListener("click", () => this.#step(by));
    this.part("pin").addEventListener("click", () => {
      layout.pin(this.id);
      this.#show();
      changed();
    });
    dialog.querySelector("form").addEventListener("submit", () => this.#group());
  }

  /** For this tile. */
  open(id, grouped) {
    this.id = id;
    this.grouped = grouped;
    this.#show();
    this.part("group").value = this.layout.groupOf(this.tiles.get(id));
    this.dialog.showModal();
  }

  /** The groups that there are. */
  names(names) {
    this.dialog.querySelector("datalist").replaceChildren(...names.map((name) => new Option(name, name)));
  }

  #show() {
    setText(this.dialog.querySelector("h2"), this.tiles.get(this.id).name);
    this.dialog.querySelector("a").href = pageOf({ id: this.id });
    setText(this.part("pin"), this.layout.pinned.has(this.id) ? "Unpin" : "Pin");
  }

  #step(by) {
    if (this.layout.step(this.id, by, this.tiles, this.grouped)) this.changed();
  }

  #group() {
    const name = this.part("group").value.trim();
    if (!this.tiles.has(this.id) || name === this.layout.groupOf(this.tiles.get(this.id))) return;
    this.layout.group(this.id, name, this.tiles);
    this.changed();
  }
}
