// The wall: a tile for each seat, which stays where it is until somebody moves it, all of it by keyboard, too.

import { moved, placed, sorted } from "./wall_order.js";
import { Tile } from "./wall_tile.js";

const SMALLEST = 180; // pixels; these as in people.html
const LARGEST = 720;
const STEP = 30;

const byId = (id) => document.getElementById(id);
const grid = byId("tiles");
const size = byId("size");
const tiles = new Map([...grid.children].map((element) => [element.dataset.id, new Tile(element)]));
const ids = [...tiles.keys()]; // in the roster's order
let places = remembered("places", []);
let pins = remembered("pins", []);
let dragged = null;

/** What this browser kept, unless it is something else by now. */
export function remembered(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(`wall.${key}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(key, value) {
  localStorage.setItem(`wall.${key}`, JSON.stringify(value));
}

/** Show a seat's picture. */
export function show(picture) {
  tiles.get(picture.id)?.show(picture);
}

// Places

function arrange() {
  const focused = document.activeElement;
  for (const id of placed(ids, places, pins)) grid.append(tiles.get(id).element);
  for (const [id, { element }] of tiles) {
    const pinned = pins.includes(id);
    element.classList.toggle("pinned", pinned);
    element.querySelector(".pin").setAttribute("aria-pressed", String(pinned));
  }
  if (grid.contains(focused)) focused.focus();
  reach(document.activeElement);
}

function place(order) {
  places = order;
  remember("places", places);
  arrange();
}

function move(id, target) {
  if (target === undefined || pins.includes(id) !== pins.includes(target)) return;
  place(moved(placed(ids, places, pins), id, target));
}

function pin(id) {
  pins = pins.includes(id) ? pins.filter((one) => one !== id) : [...pins, id];
  remember("pins", pins);
  arrange();
}

byId("arrange").addEventListener("change", ({ target }) => {
  place(target.value === "roster" ? [] : sorted([...tiles.values()].map((tile) => tile.facts), target.value));
  target.value = ""; // an order is made once; then the tiles stay
});

grid.addEventListener("dragstart", (event) => {
  dragged = event.target.closest(".tile");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.id);
});
grid.addEventListener("dragover", (event) => {
  const over = event.target.closest(".tile");
  if (!dragged || !over) return;
  event.preventDefault();
  for (const { element } of tiles.values()) element.classList.toggle("target", element === over && over !== dragged);
});
grid.addEventListener("drop", (event) => {
  const over = event.target.closest(".tile");
  if (!dragged || !over) return;
  event.preventDefault();
  move(dragged.dataset.id, over.dataset.id);
});
grid.addEventListener("dragend", () => {
  dragged = null;
  for (const { element } of tiles.values()) element.classList.remove("target");
});
grid.addEventListener("click", (event) => {
  if (event.target.closest(".pin")) pin(event.target.closest(".tile").dataset.id);
});

// Size

function resize(pixels) {
  size.value = Math.min(LARGEST, Math.max(SMALLEST, pixels));
  remember("size", Number(size.value));
  grid.style.setProperty("--tile", `${size.value}px`);
}

size.addEventListener("input", () => resize(Number(size.value)));
new ResizeObserver(() => {
  for (const tile of tiles.values()) tile.fit();
}).observe(grid);

// Keyboard: one tile is in the tab order, arrows lead from tile to tile

const visible = () => [...grid.children].filter((element) => !element.hidden);
const current = () => document.activeElement?.closest?.(".tile");

function reach(element) {
  const at = element?.closest?.(".tile") ?? visible()[0];
  for (const { element: one } of tiles.values()) {
    for (const part of one.querySelectorAll("a, button")) part.tabIndex = one === at ? 0 : -1;
  }
}

function neighbour(from, key) {
  const all = visible();
  const at = all.indexOf(from);
  const columns = Math.max(1, all.filter((element) => element.offsetTop === all[0]?.offsetTop).length);
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
  if (key === "Home") return all[0];
  if (key === "End") return all.at(-1);
  return key in steps ? all[at + steps[key]] : undefined;
}

grid.addEventListener("focusin", (event) => reach(event.target));
grid.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const next = neighbour(current(), event.key);
  if (!next) return;
  event.preventDefault();
  if (event.shiftKey) move(current().dataset.id, next.dataset.id);
  else next.querySelector(".face").focus();
});

/** What single keys do, where nobody is writing. */
export const KEYS = {
  p: () => current() && pin(current().dataset.id),
  "+": () => resize(Number(size.value) + STEP),
  "-": () => resize(Number(size.value) - STEP),
};

/** The first tile that is shown gets the focus. */
export function enter() {
  visible()[0]?.querySelector(".face").focus();
}

/** After tiles were hidden or shown. */
export function settle() {
  if (!current() || current().hidden) reach(null);
  for (const tile of tiles.values()) tile.fit();
}

resize(Number(remembered("size", 300)) || 300);
arrange();
