// The wall as a table: the same facts for a class that is too large for pictures, sorted by any column.

import { addressOf, setText } from "./page.js";
import { words } from "./wall_tile.js";

const COLUMNS = [
  ["name", "Name"], ["state", "State"], ["task", "Task"], ["minutes", "At it for"], ["done", "Tasks"], ["open", "Terminal"],
  ["visited", "Last visit"], ["id", "User name"], ["group", "Group"], ["seat", "Seat"],
];

export class List {
  /** @param {HTMLElement} table @param {function} sort - called with a column's key */
  constructor(table, sort) {
    this.body = table.createTBody();
    this.rows = new Map();
    this.heads = new Map();
    const row = table.createTHead().insertRow();
    for (const [key, title] of COLUMNS) {
      const head = document.createElement("th");
      head.scope = "col";
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.textContent = title;
      button.addEventListener("click", () => sort(key));
      head.append(button);
      row.append(head);
      this.heads.set(key, head);
    }
  }

  /** Show these in this order, unless somebody's pointer or focus is on a row: then only what they say. */
  show(tiles, by, reverse, force) {
    for (const [key, head] of this.heads) {
      if (key === by) head.setAttribute("aria-sort", reverse ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    const rows = tiles.map((tile) => this.#row(tile));
    const same = rows.length === this.body.rows.length && rows.every((row, at) => this.body.rows[at] === row);
    if (!same && (force || !this.body.matches(":hover, :focus-within"))) this.body.replaceChildren(...rows);
  }

  #row(tile) {
    if (!this.rows.has(tile.id)) this.rows.set(tile.id, made());
    const row = this.rows.get(tile.id);
    const say = words(tile);
    row.dataset.id = tile.id;
    row.dataset.state = tile.free ? "free" : tile.state;
    row.dataset.open = tile.terminals ? "yes" : "no";
    row.dataset.bad = tile.answers === false || tile.database === false ? "yes" : "no";
    const texts = {
      id: tile.id, group: tile.group, state: `${say.shape} ${say.state}`.trim(), task: say.task, minutes: say.minutes, done: say.done,
      open: [say.open, say.eyes].filter(Boolean).join(" · "), visited: say.visited,
      seat: tile.answers === false ? "does not answer" : `Docker ${say.engine}, DB ${say.database}`,
    };
    COLUMNS.forEach(([key], at) => {
      if (key !== "name") return setText(row.cells[at], texts[key]);
      const link = row.cells[at].firstElementChild;
      if (link.getAttribute("href") !== addressOf(tile)) link.href = addressOf(tile);
      setText(link, tile.name);
    });
    row.title = tile.reason;
    return row;
  }
}

function made() {
  const row = document.createElement("tr");
  for (const [key] of COLUMNS) {
    const cell = document.createElement(key === "name" ? "th" : "td");
    if (key === "name") {
      cell.scope = "row";
      cell.append(document.createElement("a"));
    }
    cell.className = `cell-${key}`;
    row.append(cell);
  }
  return row;
}
