// A student's terminal on a teacher's page: read-only until it is taken over. The server decides what is typed;
// this page only shows which of the two it is.

import { SeatTerminal } from "./terminal.js";
import "./watch_showing.js";

const byId = (id) => document.getElementById(id);
const TWICE = 500; // milliseconds between two presses of Escape

const terminal = new SeatTerminal({ fit: false });
const button = byId("take-over");
let typing = false;
let escapedAt = 0;

function show(state) {
  typing = state;
  byId("mode").textContent = typing ? "You are typing" : "Read-only";
  byId("mode").classList.toggle("on", typing);
  byId("typing").hidden = !typing;
  byId("main").classList.toggle("taken", typing);
  button.textContent = typing ? "Stop" : "Take over";
}

function resize({ columns, rows }) {
  terminal.terminal.resize(columns, rows);
  requestAnimationFrame(() => terminal.fit());
}

terminal.addEventListener("ready", ({ detail }) => {
  resize(detail);
  show(detail.typing);
  button.disabled = false;
});
terminal.addEventListener("size", ({ detail }) => resize(detail));
terminal.addEventListener("lost", () => {
  show(false);
  button.disabled = true;
});
terminal.addEventListener("key", (event) => {
  if (!typing || event.detail.key !== "Escape") return;
  const now = Date.now();
  if (now - escapedAt < TWICE) {
    event.preventDefault();
    terminal.tell({ type: "give-back" });
    escapedAt = 0;
  } else {
    escapedAt = now;
  }
});
button.addEventListener("click", () => {
  terminal.tell({ type: typing ? "give-back" : "take-over" });
});
