// The guide beside one's own terminal, who looks at it, how to ask for help, what teachers say, and what is shown.

import { handlers as clock } from "./clock.js";
import "./connection.js";
import { filesIn } from "./files.js";
import { handlers as guide, onRun } from "./guide.js";
import { handlers as tasks } from "./guide_tasks.js";
import { handlers as help } from "./help_ask.js";
import { handlers as notices } from "./notices.js";
import { below, follow } from "./page.js";
import { seesTerminal } from "./panes.js";
import { handlers as showing } from "./showing_desk.js";
import { SeatTerminal } from "./terminal.js";
import { tabsOf } from "./terminal_tabs.js";

const byId = (id) => document.getElementById(id);
const names = (list) => new Intl.ListFormat("en").format(list);

// The terminal has its own words for a lost line; a teacher asks nobody.
follow({ ...(byId("guide") && { ...guide, ...tasks }), ...clock, ...help, ...notices, ...showing }, { quiet: true });

const terminal = new SeatTerminal({ fit: true });

tabsOf(terminal);
below(byId("look-open"), byId("look"));
below(byId("files-open"), byId("files"));
filesIn(byId("files"));
if (byId("connection-open")) below(byId("connection-open"), byId("connection"));
onRun(() => seesTerminal() && terminal.focus());

terminal.addEventListener("watched", ({ detail: { by, typing } }) => {
  // All in the bar, which keeps its height: a terminal that changed its size now would be the wrong surprise.
  document.body.classList.toggle("taken", typing.length > 0);
  byId("eye").hidden = by.length === 0 || typing.length > 0;
  byId("eye-text").textContent = by.length ? `${names(by)} ${by.length > 1 ? "are" : "is"} watching` : "";
  byId("typing").hidden = typing.length === 0;
  byId("typing").textContent = typing.length
    ? `${names(typing)} ${typing.length > 1 ? "are" : "is"} typing in your terminal`
    : "";
});
