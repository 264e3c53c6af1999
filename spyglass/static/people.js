// The class: search in it, and keep current how everybody is doing and who needs somebody.

import { follow, setText } from "./page.js";

const rows = [...document.querySelectorAll("#people tr")];
const search = document.getElementById("search");

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of rows) row.hidden = !words.every((word) => row.dataset.text.includes(word));
  const none = document.getElementById("none");
  if (none) none.hidden = rows.some((row) => !row.hidden);
}

function count() {
  const open = rows.filter((row) => row.querySelector(".there").dataset.open === "yes").length;
  document.getElementById("count").textContent = `${rows.length} seats, ${open} with an open terminal`;
}

function words({ terminals, watchers, typists }) {
  const parts = [terminals ? "open" : "not open"];
  if (typists.length) parts.push(`${typists.join(", ")} typing`);
  else if (watchers.length) parts.push(`watched by ${watchers.join(", ")}`);
  return parts.join(" · ");
}

function showNeeds(needs) {
  const list = document.getElementById("needs");
  document.getElementById("nobody").hidden = needs.length > 0;
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
  for (const row of rows) {
    const one = state[row.dataset.id];
    if (!one) continue;
    const there = row.querySelector(".there");
    there.dataset.open = one.terminals ? "yes" : "no";
    setText(there, words(one));
    const how = row.querySelector(".how");
    how.dataset.state = one.state;
    setText(how.querySelector(".shape"), one.shape);
    setText(how.querySelector(".what"), one.state);
    setText(how.querySelector(".reason"), one.reason);
    setText(row.querySelector(".tasks"), `${one.done} of ${one.tasks}`);
  }
  showNeeds(needs);
  document.getElementById("flagged").hidden = flagged.length === 0;
  setText(document.getElementById("flagged-titles"), flagged.join(", "));
  document.getElementById("grader").hidden = grader !== false;
  count();
  if (Object.keys(state).length !== rows.length) location.reload(); // somebody came or left
}

search.addEventListener("input", filter);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== search) {
    event.preventDefault();
    search.focus();
  }
});
filter();
count();
if (rows.length) follow({ class: show });
