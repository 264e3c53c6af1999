// The two halves of the desk: the guide and the terminal, side by side where there is room, else one at a time. How wide
// the guide is, and what is folded away, is kept in the browser.

const KEPT = "spyglass.desk";
const [LEAST, MOST, STEP] = [20, 75, 2]; // percent
const byId = (id) => document.getElementById(id);
const [panes, splitter, guideButton, terminalButton] = ["main", "splitter", "show-guide", "show-terminal"].map(byId);
const narrow = matchMedia("(max-width: 52rem)");
const state = { width: 40, wide: "both", narrow: "guide", ...read() };

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch { // somebody else's, or half written
    return {};
  }
}

function change(values) {
  Object.assign(state, values);
  localStorage.setItem(KEPT, JSON.stringify(state));
  show();
}

const shown = () => (narrow.matches ? state.narrow : state.wide);

function show() {
  if (!splitter) return;
  const now = shown();
  const width = Math.min(MOST, Math.max(LEAST, Number(state.width) || 40));
  panes.style.setProperty("--guide", width);
  splitter.setAttribute("aria-valuenow", Math.round(width));
  panes.dataset.only = now === "both" ? "" : now;
  guideButton.setAttribute("aria-pressed", String(now !== "terminal"));
  terminalButton.setAttribute("aria-pressed", String(now !== "guide"));
}

// The other half shows alone when the only one is folded away: there is always one.
function turn(half, other) {
  if (narrow.matches) change({ narrow: half });
  else if (state.wide === "both") change({ wide: other });
  else change({ wide: state.wide === half ? other : "both" });
}

/** Make sure that the terminal is to be seen. */
export function showTerminal() {
  if (shown() === "guide") change(narrow.matches ? { narrow: "terminal" } : { wide: "both" });
}

/** Whether it is. */
export const seesTerminal = () => shown() !== "guide";

if (splitter) {
  guideButton.addEventListener("click", () => turn("guide", "terminal"));
  terminalButton.addEventListener("click", () => turn("terminal", "guide"));
  narrow.addEventListener("change", show);
  splitter.addEventListener("keydown", (event) => {
    const width = { ArrowLeft: state.width - STEP, ArrowRight: state.width + STEP, Home: LEAST, End: MOST }[event.key];
    if (width === undefined) return;
    event.preventDefault();
    change({ width: Math.min(MOST, Math.max(LEAST, width)) });
  });
  splitter.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    splitter.setPointerCapture(event.pointerId);
  });
  splitter.addEventListener("pointermove", (event) => {
    if (!splitter.hasPointerCapture(event.pointerId)) return;
    const { left, width } = panes.getBoundingClientRect();
    change({ width: Math.min(MOST, Math.max(LEAST, (100 * (event.clientX - left)) / width)) });
  });
  splitter.addEventListener("dblclick", () => change({ width: 40 }));
}
show();
