// The projector's page: the class as bars, the clock, what everybody is to know, and the shown terminal. No names.

import { Countdown } from "./countdown.js";
import { element, follow, setText } from "./page.js";
import { Panel } from "./showing_panel.js";

const MOST_DOTS = 12; // who are at one task, as dots
const MINUTE = 60_000; // milliseconds

const byId = (id) => document.getElementById(id);
const panel = new Panel({ address: "/showing/events?names=no" });
const countdown = new Countdown(byId("eyes-left"));
const { zone, end } = byId("clock").dataset;
const clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });

function tick() {
  setText(byId("clock"), clock.format(new Date()));
  const minutes = end ? Math.ceil((new Date(end) - new Date()) / MINUTE) : 0;
  const hours = Math.floor(minutes / 60);
  setText(byId("left"), minutes > 0 ? `${hours ? `${hours} h ` : ""}${minutes % 60} min left` : "");
}

function row() {
  const made = element(
    "li", "", element("span", "title"),
    element("span", "bar-all", element("span", "bar-done"), element("span", "bar-at")), element("span", "number"),
  );
  made.querySelector(".bar-all").setAttribute("aria-hidden", "true");
  return made;
}

function show({ tasks, count, asking, notice }) {
  const bars = byId("bars");
  while (bars.childElementCount > tasks.length) bars.lastElementChild.remove();
  tasks.forEach(({ number, title, done, at_it: at }, index) => {
    const one = bars.children[index] ?? bars.appendChild(row());
    const share = `${count ? (100 * done) / count : 0}%`;
    setText(one.querySelector(".title"), `${number}. ${title}`);
    one.querySelector(".bar-done").style.width = share;
    one.querySelector(".bar-at").style.left = share;
    setText(one.querySelector(".bar-at"), "●".repeat(Math.min(at, MOST_DOTS)));
    setText(one.querySelector(".number"), `${done}/${count}`);
  });
  byId("legend").hidden = tasks.length === 0;
  const asked = asking ? ` · ${asking} ${asking === 1 ? "asks" : "ask"} for help` : "";
  setText(byId("count"), `${count} ${count === 1 ? "student" : "students"}${asked}`);
  byId("notice").hidden = !notice;
  setText(byId("notice"), notice?.text ?? "");
}

panel.close();
setInterval(tick, 1000);
tick();
follow({
  projector: show,
  eyes: (call) => {
    byId("eyes").hidden = !call;
    countdown.show(call?.left ?? 0);
  },
  showing: ({ show: shown }) => (shown ? panel.open() : panel.close()),
}, { unseen: true });
