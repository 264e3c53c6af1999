// Late joiners: the page is drawn by the server and taken anew when something has changed.

import { follow, renew } from "./page.js";
import { send } from "./send.js";

const live = document.getElementById("live");

// The same button once more, or the one that has taken its place.
function at(data) {
  return data.door ? live.querySelector("[data-door]:not(:disabled)") : live.querySelector(`[data-seat="${data.seat}"]`);
}

async function refresh() {
  const data = { ...document.activeElement.closest("#live [data-door], #live [data-seat]")?.dataset };
  await renew("live");
  if (data.door || data.seat) at(data)?.focus();
}

live.addEventListener("click", async ({ target }) => {
  const { door, seat, free } = target.dataset;
  if (!door && !seat) return;
  const { problem } = door
    ? await send("/late-joiners/door", { minutes: Number(door) })
    : await send(`/late-joiners/${encodeURIComponent(seat)}/free`, { freed: free === "yes" });
  const shown = document.getElementById("problem");
  shown.textContent = problem;
  shown.hidden = !problem;
  if (!problem) refresh();
});
follow({ joining: refresh }, { address: "/late-joiners/events" });
