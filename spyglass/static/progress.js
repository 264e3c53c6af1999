// A student's own tasks, kept current.

const EVERY = 4000; // milliseconds

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function show(own) {
  setText(document.getElementById("done"), String(own.done));
  setText(document.getElementById("points"), String(own.points));
  for (const row of document.querySelectorAll(".own li")) {
    const one = own.tasks[row.dataset.id];
    if (!one) continue;
    row.dataset.mark = one.mark;
    setText(row.querySelector(".shape"), one.shape);
    setText(row.querySelector(".what"), one.words);
    setText(row.querySelector(".when"), one.at ? `, first at ${one.at}` : "");
    const message = row.querySelector(".message");
    setText(message, one.message);
    message.hidden = !one.message;
  }
  const rows = document.querySelectorAll(".own li").length;
  if (rows !== Object.keys(own.tasks).length) location.reload(); // the course has other tasks now
}

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch("/progress/own", { headers: { Accept: "application/json" } });
    if (answer.status === 401) location.assign("/sign-in");
    if (answer.ok) show(await answer.json());
  } catch {
    // no line; the next round tries again
  }
}

document.addEventListener("visibilitychange", refresh);
setInterval(refresh, EVERY);
