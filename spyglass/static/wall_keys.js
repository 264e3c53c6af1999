// The wall by keyboard. In: keys as they are pressed. Out: calls of what the wall does; templates/wall.html lists them.

const ALWAYS = {
  "/": "search", "?": "help", h: "queue", w: "write", e: "eyes", v: "view", "+": "larger", "-": "smaller", 0: "fit", s: "pause", m: "terminal",
};
const AT_A_REQUEST = { c: "claim", d: "resolve", b: "put-back" };
const AT_A_TILE = { p: "pin", a: "arrange", i: "student" };
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

/** Listen for the whole page. */
export function keys(does, { grid, search }) {
  function pressed({ key, shiftKey, target }) {
    const tile = grid.current;
    if (tile && target === tile.face) {
      if (shiftKey && key in STEPS) return does.step(tile, STEPS[key]);
      if (/^(Arrow|Home$|End$)/.test(key)) return does.go(tile, key);
    }
    if (tile?.data.asked && Object.hasOwn(AT_A_REQUEST, key)) return does.request(tile, AT_A_REQUEST[key]);
    if (tile && Object.hasOwn(AT_A_TILE, key)) return does[AT_A_TILE[key]](tile);
    if (/^[1-9n]$/.test(key)) return does.open(Number(key) || 1);
    if (!Object.hasOwn(ALWAYS, key)) return false;
    return does[ALWAYS[key]](tile);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("dialog[open]")) return;
    if (event.target.matches("input:not([type=range], [type=checkbox]), select, textarea")) return;
    if (pressed(event) !== false) event.preventDefault();
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      search.value = "";
      search.dispatchEvent(new Event("input"));
    }
    if (event.key === "Escape" || event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      const first = grid.shown.find((tile) => tile.face.tabIndex === 0);
      if (first) first.face.focus();
      else search.blur();
    }
  });
}
