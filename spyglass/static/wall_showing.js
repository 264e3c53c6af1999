// On the wall: what everybody sees at the moment, and how to end it.

import { setText } from "./page.js";
import { send } from "./send.js";
import { following } from "./showing_panel.js";

const byId = (id) => document.getElementById(id);

byId("showing-end").addEventListener("click", () => send("/showing/stop"));

/** What the server says now. */
export function shown({ who, minutes, followers, asked, asked_name: name }) {
  byId("showing-now").hidden = !who && !asked;
  const parts = [];
  if (who) parts.push(`Everybody can see ${who}'s terminal: ${following(followers)}, ${minutes} min at most.`);
  if (asked) parts.push(`${name} is asked to show a terminal.`);
  setText(byId("showing-text"), parts.join(" "));
}
