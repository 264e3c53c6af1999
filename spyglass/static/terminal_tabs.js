// The windows of one's tmux as tabs, and a search in what has scrolled away. The seat's tmux does both; this page asks.

import { button, element, setText } from "./page.js";

const SURE = 4000; // milliseconds in which a second press closes what runs
const byId = (id) => document.getElementById(id);
const [tabs, find, text, said] = ["tabs", "find", "find-text", "find-said"].map(byId);

/** Joins them to a SeatTerminal. */
export function tabsOf(terminal) {
  terminal.addEventListener("windows", ({ detail: { windows } }) => show(terminal, windows));
  byId("tab-new").addEventListener("click", () => {
    terminal.tell({ type: "new-window" });
    terminal.focus();
  });
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const all = [...tabs.querySelectorAll("[role='tab']")];
    const at = all.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    all[(at + step + all.length) % all.length].focus();
  });
  searchOf(terminal);
}

function show(terminal, windows) {
  const focused = document.activeElement?.closest(".tab")?.dataset.id;
  tabs.replaceChildren(...windows.map((one, index) => tabOf(terminal, one, index, windows.length > 1)));
  if (focused) (tabs.querySelector(`[data-id='${focused}'] [role='tab']`) ?? byId("tab-new")).focus();
}

function tabOf(terminal, { id, name, active }, index, canClose) {
  const label = button("tab-name", `${index + 1} ${name}`);
  label.setAttribute("role", "tab");
  label.setAttribute("aria-selected", String(active));
  label.setAttribute("aria-controls", "screen");
  label.tabIndex = active ? 0 : -1;
  label.addEventListener("click", () => {
    terminal.tell({ type: "select-window", id });
    terminal.focus();
  });
  const tab = element("span", "tab", label);
  tab.setAttribute("role", "presentation");
  tab.dataset.id = id;
  tab.dataset.active = active ? "yes" : "no";
  if (canClose) tab.append(closerOf(terminal, id, index));
  return tab;
}

function closerOf(terminal, id, index) {
  const closer = button("tab-close", "×");
  closer.setAttribute("aria-label", `Close window ${index + 1}`);
  closer.title = "Close this window";
  closer.addEventListener("click", () => {
    // A name tells too little: a script that runs is called bash, too, and a window may have several parts.
    if (!closer.dataset.sure) {
      closer.dataset.sure = "yes";
      setText(closer, "End it?");
      closer.setAttribute("aria-label", `End what runs in window ${index + 1}, and close it?`);
      setTimeout(() => {
        delete closer.dataset.sure;
        setText(closer, "×");
        closer.setAttribute("aria-label", `Close window ${index + 1}`);
      }, SURE);
      return;
    }
    terminal.tell({ type: "close-window", id });
    terminal.focus();
  });
  return closer;
}

function searchOf(terminal) {
  let last = "";
  const turn = (opens) => {
    find.hidden = !opens;
    byId("find-open").setAttribute("aria-expanded", String(opens));
    setText(said, "");
    if (opens) text.select();
    else {
      terminal.tell({ type: "find-end" });
      terminal.focus();
    }
    terminal.fit();
  };
  const look = (up) => {
    if (!text.value) return;
    terminal.tell({ type: "find", text: text.value, again: text.value === last, up });
    last = text.value;
  };
  byId("find-open").addEventListener("click", () => turn(find.hidden));
  byId("find-close").addEventListener("click", () => turn(false));
  byId("find-down").addEventListener("click", () => look(false));
  find.addEventListener("submit", (event) => {
    event.preventDefault();
    look(true);
  });
  find.addEventListener("keydown", (event) => event.key === "Escape" && turn(false));
  terminal.addEventListener("found", ({ detail: { is, count } }) => {
    setText(said, !is || count === 0 ? "Not found" : count === null ? "Found" : `${count} found`);
  });
}
