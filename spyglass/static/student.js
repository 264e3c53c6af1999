// One student's page: the facts are drawn by the server and taken anew when something has changed; what a teacher can
// do asks first and shows its answer, which may be a password, once.

import { follow, renew } from "./page.js";
import { send } from "./send.js";

const main = document.getElementById("main");
let stale = false; // something has changed since the facts were taken

function refresh() {
  stale = true;
  const shown = document.getElementById("live");
  // Whoever is in the middle of something keeps what he sees.
  if (document.querySelector("dialog[open]") || shown.contains(document.activeElement) || !getSelection().isCollapsed) return;
  stale = false;
  renew("live");
}

function prepare(dialog) {
  const part = (name) => dialog.querySelector(`[data-part="${name}"]`);
  const field = (name) => dialog.querySelector(`[data-${name}]`);
  const secret = field("password").querySelector("output");
  const show = (name) => {
    for (const one of ["ask", "works", "done"]) part(one).hidden = one !== name;
  };

  async function go() {
    show("works");
    const { problem, said } = await send(dialog.dataset.address);
    field("message").textContent = problem || said.message;
    field("message").classList.toggle("failed", Boolean(problem));
    field("saved").hidden = !said?.saved;
    field("saved").querySelector("strong").textContent = said?.saved ?? "";
    field("password").hidden = !said?.password;
    secret.textContent = said?.password ?? "";
    show("done");
    part("done").querySelector("[data-close]").focus();
  }

  field("go").addEventListener("click", go);
  for (const button of dialog.querySelectorAll("[data-close]")) button.addEventListener("click", () => dialog.close());
  field("copy").addEventListener("click", async ({ target }) => {
    await navigator.clipboard.writeText(secret.textContent);
    target.textContent = "Copied";
  });
  dialog.addEventListener("cancel", (event) => {
    if (!part("works").hidden) event.preventDefault(); // its answer, a password say, would be lost
  });
  dialog.addEventListener("close", () => {
    secret.textContent = "";
    field("copy").textContent = "Copy";
    show("ask");
    refresh();
  });
}

for (const button of document.querySelectorAll("[data-opens]")) {
  const dialog = document.getElementById(button.dataset.opens);
  prepare(dialog);
  button.addEventListener("click", () => dialog.showModal());
}
document.addEventListener("focusout", () => setTimeout(() => stale && refresh()));
document.addEventListener("selectionchange", () => stale && refresh());
follow({ student: refresh }, { address: `/students/${encodeURIComponent(main.dataset.person)}/events` });
