// A student's own tasks and, where it may be seen, his class, kept current.

import { handlers as clock } from "./clock.js";
import { handlers as help } from "./help_ask.js";
import { showHints } from "./hints.js";
import { handlers as notices } from "./notices.js";
import { follow, renew, setText } from "./page.js";

function show(own) {
  setText(document.getElementById("done"), String(own.done));
  setText(document.getElementById("points"), String(own.points));
  for (const row of document.querySelectorAll(".own > li")) {
    const one = own.tasks[row.dataset.id];
    if (!one) continue;
    row.dataset.mark = one.mark;
    setText(row.querySelector(".shape"), one.shape);
    setText(row.querySelector(".what"), one.words);
    setText(row.querySelector(".when"), one.at ? `, first at ${one.at}` : "");
    const message = row.querySelector(".message");
    setText(message, one.message);
    message.hidden = !one.message;
    showHints(row.querySelector(".hints"), one.hints);
  }
  const rows = document.querySelectorAll(".own > li").length;
  if (rows !== Object.keys(own.tasks).length) location.reload(); // the course has other tasks now
}

follow({ own: show, ...clock, ...help, ...notices, ...(document.getElementById("peers") && { peers: () => renew("peers") }) });
