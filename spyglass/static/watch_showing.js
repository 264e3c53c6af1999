// On a watched terminal: what has scrolled out of it, and whether everybody may see it.

import { follow, setText } from "./page.js";
import { send } from "./send.js";
import { above, following } from "./showing_panel.js";

const byId = (id) => document.getElementById(id);
const person = byId("screen").dataset.person;
const [button, state] = ["ask-to-show", "ask-to-show-state"].map(byId);
const address = (verb) => `/${verb}/${encodeURIComponent(person)}`;
let now = null;

byId("before-open").addEventListener("click", async () => {
  byId("before").showModal();
  setText(byId("before-said"), "Reading");
  const { problem, blocks } = await above(`${address("watch")}/history`, byId("before-text"));
  setText(byId("before-said"), problem || (blocks ? "As of now. The student sees nothing of it." : "Nothing has scrolled out of it yet."));
  byId("before-text").scrollTop = byId("before-text").scrollHeight;
});

function show(told) {
  now = told;
  const isShown = told.id === person;
  const isAsked = told.asked === person;
  setText(button, isShown ? "Stop showing" : isAsked ? "Ask no longer" : "Show to everybody…");
  setText(state, isShown ? `Everybody can see it, ${following(told.followers)}` : isAsked ? "Asked; waits for a yes" : "");
}

button?.addEventListener("click", async () => {
  const { problem } = now?.id === person || now?.asked === person ? await send("/showing/stop") : await send(address("showing/ask"));
  if (problem) setText(state, problem);
});
if (button) follow({ shown: show }, { quiet: true });
