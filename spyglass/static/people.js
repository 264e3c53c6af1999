// The class: search in it, and keep the state of every terminal current.

const EVERY = 4000; // milliseconds

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

async function refresh() {
  if (document.hidden) return;
  let state;
  try {
    const answer = await fetch("/class", { headers: { Accept: "application/json" } });
    if (answer.status === 401) location.assign("/sign-in");
    if (!answer.ok) return;
    state = await answer.json();
  } catch {
    return; // no line; the next round tries again
  }
  for (const row of rows) {
    const cell = row.querySelector(".there");
    const one = state[row.dataset.id];
    if (!one) continue;
    cell.dataset.open = one.terminals ? "yes" : "no";
    cell.textContent = words(one);
  }
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
document.addEventListener("visibilitychange", refresh);
setInterval(refresh, EVERY);
filter();
count();
refresh();
