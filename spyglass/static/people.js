// The class: how everybody is doing, who needs somebody, the wall of terminals, and the same as a list.

import { follow, setText } from "./page.js";
import { KEYS, enter, remember, remembered, settle, show as picture } from "./wall.js";
import { matches } from "./wall_order.js";

const MANY = 100; // seats from which on the list is what one wants

const byId = (id) => document.getElementById(id);
const ones = [...document.querySelectorAll(".one")]; // a tile and a row for each seat
const rows = ones.filter((one) => one.matches("tr"));
const search = byId("search");
const group = byId("group");
const pace = byId("pace");
let listed = remembered("listed", rows.length > MANY);
let lastPace = "2";

function filter() {
  for (const one of ones) {
    one.hidden = !matches(one.dataset.text, search.value) || Boolean(group?.value && one.dataset.group !== group.value);
  }
  byId("none").hidden = rows.some((row) => !row.hidden);
  settle();
}

function count() {
  const open = rows.filter((row) => row.querySelector(".there").dataset.open === "yes").length;
  setText(byId("count"), `${rows.length} seats, ${open} with an open terminal`);
}

function words({ terminals, watchers, typists }) {
  const parts = [terminals ? "open" : "not open"];
  if (typists.length) parts.push(`${typists.join(", ")} typing`);
  else if (watchers.length) parts.push(`watched by ${watchers.join(", ")}`);
  return parts.join(" · ");
}

function showNeeds(needs) {
  const list = byId("needs");
  byId("nobody").hidden = needs.length > 0;
  // A line under somebody's pointer or focus does not run away from him; the next round finds the order again.
  if (list.matches(":hover, :focus-within")) return;
  list.replaceChildren(...needs.map(({ id, name, reason }) => {
    const [line, link, why] = ["li", "a", "span"].map((tag) => document.createElement(tag));
    line.dataset.id = id;
    link.href = `/watch/${encodeURIComponent(id)}`;
    link.textContent = name;
    why.textContent = reason;
    line.append(link, " ", why);
    return line;
  }));
}

function show({ state, needs, flagged, grader }) {
  for (const one of ones) {
    const now = state[one.dataset.id];
    if (!now) continue;
    const there = one.querySelector(".there");
    there.dataset.open = now.terminals ? "yes" : "no";
    setText(there, words(now));
    one.querySelector(".how").dataset.state = now.state;
    setText(one.querySelector(".shape"), now.shape);
    setText(one.querySelector(".what"), now.state);
    setText(one.querySelector(".reason"), now.reason);
    setText(one.querySelector(".tasks"), `${now.done} of ${now.tasks}`);
    const engine = one.querySelector(".engine");
    if (engine) setText(engine, now.engine === null ? "" : now.engine ? "Docker runs" : "Docker off");
  }
  showNeeds(needs);
  byId("flagged").hidden = flagged.length === 0;
  setText(byId("flagged-titles"), flagged.join(", "));
  byId("grader").hidden = grader !== false;
  count();
  if (Object.keys(state).length !== rows.length) location.reload(); // somebody came or left
}

// Pictures cost each seat a little, so there are none while nobody sees them.
function address() {
  return listed || !pace.value ? "/events?of=class" : `/events?of=class,pictures&pace=${pace.value}`;
}

function setPace(value) {
  if (pace.value) lastPace = pace.value;
  pace.value = value;
  remember("pace", value);
  document.body.classList.toggle("still", !value);
}

function showList(yes) {
  listed = yes;
  byId("tiles").hidden = listed;
  byId("table").hidden = !listed;
  document.body.classList.toggle("listed", listed);
  setText(byId("view"), listed ? "Tiles" : "List");
  settle();
}

function open(number) {
  byId("needs").querySelectorAll("a")[number]?.click();
}

function act(key) {
  const actions = {
    ...KEYS,
    "/": () => search.focus(),
    "?": () => byId("keys").showModal(),
    n: () => open(0),
    v: () => byId("view").click(),
    s: () => {
      setPace(pace.value ? "" : lastPace);
      stream.again();
    },
  };
  if (/^[1-9]$/.test(key)) open(Number(key) - 1);
  else if (Object.hasOwn(actions, key)) actions[key]();
  else return false;
  return true;
}

let stream = null;
if (rows.length) {
  search.addEventListener("input", filter);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      search.value = "";
      filter();
    }
    if (event.key !== "Escape" && event.key !== "Enter") return;
    event.preventDefault();
    search.blur();
    if (!listed) enter();
  });
  group?.addEventListener("change", filter);
  pace.addEventListener("change", () => {
    setPace(pace.value);
    stream.again();
  });
  byId("view").addEventListener("click", () => {
    showList(!listed);
    remember("listed", listed);
    stream.again();
  });
  byId("show-keys").addEventListener("click", () => byId("keys").showModal());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || byId("keys").open) return;
    if (event.target.closest("input:not([type=range]), select, textarea")) return;
    if (act(event.key)) event.preventDefault();
  });
  const kept = remembered("pace", "2");
  setPace([...pace.options].some((option) => option.value === kept) ? kept : "2");
  showList(listed === true);
  filter();
  count();
  stream = follow({ class: show, picture }, address);
}
