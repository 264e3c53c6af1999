// The teacher's wall: tiles or a list, who needs somebody beside them, and everything on it by keyboard.

import { follow, pageOf, setText } from "./page.js";
import { Arranging } from "./wall_arranging.js";
import { Beside } from "./wall_beside.js";
import { Grid } from "./wall_grid.js";
import { keys } from "./wall_keys.js";
import { fitting, matches, sorted } from "./wall_layout.js";
import { List } from "./wall_list.js";
import { shown as showing } from "./wall_showing.js";
import { Sight } from "./wall_sight.js";
import { Store } from "./wall_store.js";
import { Telling } from "./wall_telling.js";
import { veiled } from "./wall_veil.js";

const MANY = 100; // seats from which on the list is what one wants
const SIZES = { gap: 10, beside: 86, heading: 42, least: 150, most: 720 }; // pixels

const byId = (id) => document.getElementById(id);
const [search, group, size, pace, sort] = ["search", "group", "size", "pace", "sort"].map(byId);
const seats = new Map(); // id -> what the server says
const store = new Store(byId("main").dataset.person);
const layout = store.layout;
const sight = new Sight();
const beside = new Beside(byId("main").dataset.person);
const telling = new Telling(beside.say);
let ids = null; // null: not heard yet
let sorting = { by: "name", reverse: false }; // of the list
let listed = store.get("view") === "list";
let grouped = store.get("grouped") === true;
let at = sessionStorage.getItem("wall.at"); // the seat that the keyboard is at
let returned = at !== null;
const arranging = new Arranging(byId("arrange"), layout, seats, changed);
const grid = new Grid(byId("grid"), { drop, arrange: (id) => arranging.open(id, grouped) });
const list = new List(byId("table"), (key) => {
  sorting = { by: key, reverse: sorting.by === key && !sorting.reverse };
  draw({ force: true });
});

// What is shown

function shown() {
  const all = (ids ?? []).filter((id) => seats.has(id)).map((id) => layout.placed(seats.get(id)));
  const found = all.filter((tile) => (!group.value || tile.group === group.value) && matches(tile, search.value));
  return { all, found };
}

function draw({ force = false } = {}) {
  const { all, found } = shown();
  byId("none").hidden = found.length > 0 || !all.length;
  byId("empty").hidden = ids === null || ids.length > 0;
  count(all);
  groups(all);
  byId("unsort").hidden = layout.before === null;
  if (listed) {
    list.show(sorted(found, sorting.by, sorting.reverse), sorting.by, sorting.reverse, force);
    sight.watch([]);
    return;
  }
  const first = !grid.shown.length;
  for (const tile of found) grid.tile(tile.id).update(tile);
  grid.draw(layout.sections(new Map(found.map((tile) => [tile.id, seats.get(tile.id)])), grouped));
  if (first && found.length) resize();
  grid.rove(at);
  sight.watch(grid.shown.map((tile) => tile.element));
  comeBack();
}

// From a terminal back to the tile that led there.
function comeBack() {
  if (!returned || !seats.has(at)) return;
  returned = false;
  if (document.activeElement === document.body) grid.shown.find((tile) => tile.data.id === at)?.face.focus();
}

function count(all) {
  const taken = all.filter((tile) => !tile.free);
  const number = (test) => taken.filter(test).length;
  const silent = all.filter((tile) => tile.answers === false).length;
  const parts = [`${taken.length} ${taken.length === 1 ? "student" : "students"}`];
  for (const state of ["asked", "stuck", "working", "idle", "not started", "finished"]) {
    const these = number((tile) => tile.state === state);
    if (these) parts.push(`${these} ${state}`);
  }
  parts.push(`${number((tile) => tile.terminals)} with an open terminal`);
  if (silent) parts.push(`${silent} ${silent === 1 ? "seat does" : "seats do"} not answer`);
  if (taken.length < all.length) parts.push(`${all.length - taken.length} free`);
  setText(byId("count"), all.length ? parts.join(" · ") : "");
}

function groups(all) {
  const names = [...new Set(all.map((tile) => tile.group))].filter(Boolean).sort();
  byId("groups").hidden = byId("grouping").hidden = !names.length;
  if (names.join("\n") === [...group.options].slice(1).map((option) => option.value).join("\n")) return;
  const chosen = group.value;
  group.replaceChildren(group.options[0], ...names.map((name) => new Option(name, name)));
  group.value = names.includes(chosen) ? chosen : "";
  arranging.names(names);
}

function resize() {
  const box = byId("grid").getBoundingClientRect();
  const chosen = store.get("size") ?? null; // null: as many as fit
  const room = innerHeight - Math.max(0, box.top + scrollY) - 12;
  const pixels = chosen ?? fitting(grid.counts, box.width, room, SIZES);
  byId("grid").style.setProperty("--tile", `${pixels}px`);
  size.value = pixels;
  byId("fit").setAttribute("aria-pressed", String(chosen === null));
  grid.measure();
}

// What the teacher does

function changed() {
  store.save();
  draw({ force: true });
}

function drop(id, other, after) {
  layout.move(id, other, after, seats, grouped);
  changed();
}

function choose(pixels) {
  store.put("size", pixels === null ? null : Math.min(Number(size.max), Math.max(Number(size.min), pixels)));
  resize();
}

function showList(yes) {
  listed = yes;
  byId("grid").hidden = listed;
  byId("list").hidden = !listed;
  document.body.classList.toggle("listed", listed);
  byId("view").textContent = listed ? "Tiles" : "List";
  draw({ force: true });
  if (!listed) resize();
}

function pause(yes) {
  sight.set({ paused: yes });
  byId("pause").setAttribute("aria-pressed", String(yes));
  byId("paused").hidden = !yes;
}

const does = {
  open: (number) => beside.open(number),
  queue: () => beside.queue.focus(),
  request: (tile, action) => beside.queue.act(action, [tile.data.asked.number]),
  write: (tile) => telling.write(tile),
  eyes: () => telling.eyes(),
  search: () => search.focus(),
  view: () => byId("view").click(),
  larger: () => choose(Number(size.value) + 30),
  smaller: () => choose(Number(size.value) - 30),
  fit: () => choose(null),
  pause: () => pause(!sight.paused),
  terminal: () => location.assign("/terminal"),
  help: () => byId("keys").showModal(),
  go: (tile, key) => grid.neighbour(tile, key)?.face.focus(),
  step: (tile, by) => {
    if (layout.step(tile.data.id, by, new Map(shown().found.map(({ id }) => [id, seats.get(id)])), grouped)) changed();
  },
  pin: (tile) => {
    layout.pin(tile.data.id);
    changed();
  },
  arrange: (tile) => arranging.open(tile.data.id, grouped),
  student: (tile) => location.assign(pageOf(tile.data)),
};
keys(does, { grid, search });

search.addEventListener("input", () => draw({ force: true }));
group.addEventListener("change", () => draw({ force: true }));
size.addEventListener("input", () => choose(Number(size.value)));
byId("fit").addEventListener("click", () => choose(null));
pace.value = String(store.get("pace") ?? 1);
sight.set({ pace: Number(pace.value) || 1 });
pace.addEventListener("change", () => {
  store.put("pace", Number(pace.value));
  sight.set({ pace: Number(pace.value) });
});
byId("pause").addEventListener("click", () => pause(!sight.paused));
byId("grouped").checked = grouped;
byId("grouped").addEventListener("change", ({ target }) => {
  grouped = target.checked;
  store.put("grouped", grouped);
  draw({ force: true });
  resize();
});
sort.addEventListener("change", () => {
  layout.sort(sort.value, seats);
  sort.value = "";
  changed();
});
byId("unsort").addEventListener("click", () => {
  layout.unsort();
  changed();
});
byId("view").addEventListener("click", () => {
  store.put("view", listed ? "tiles" : "list");
  showList(!listed);
});
byId("more").addEventListener("click", ({ target }) => {
  const open = document.body.classList.toggle("opened");
  target.setAttribute("aria-expanded", String(open));
});
byId("show-keys").addEventListener("click", () => byId("keys").showModal());
byId("grid").addEventListener("focusin", () => {
  at = grid.current?.data.id ?? at;
  sessionStorage.setItem("wall.at", at);
  grid.rove(at);
});
addEventListener("resize", resize);

// What is heard

function soon() {
  soon.waits ??= requestAnimationFrame(() => {
    soon.waits = undefined;
    draw();
  });
}

showList(listed);
const handlers = {
  page: ({ page }) => sight.begin(page),
  tile: (tile) => {
    seats.set(tile.id, tile);
    soon();
  },
  shown: showing,
  class: (said) => {
    const many = ids === null && said.ids.length > MANY && store.get("view") === undefined;
    ids = said.ids;
    for (const id of [...seats.keys()]) if (!ids.includes(id)) seats.delete(id);
    grid.keep(ids);
    layout.follow(ids);
    beside.stuck(said.needs);
    byId("flagged").hidden = said.flagged.length === 0;
    setText(byId("flagged-titles"), said.flagged.join(", "));
    byId("grader").hidden = said.grader !== false;
    if (many) showList(true);
    soon();
  },
  queue: (said) => beside.asked(said),
  notices: (said) => telling.show(said),
  picture: (picture) => {
    grid.tile(picture.id).show(picture);
    if (!grid.wall.frame.width) grid.measure();
  },
};
follow(veiled(handlers, store), { address: "/wall/events", unseen: true }); // that somebody asks is said in the tab
