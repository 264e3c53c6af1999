// The help queue in words, for the student who asks and the teachers who come. Nothing of the document in here.

const ENDINGS = { one: "st", two: "nd", few: "rd", other: "th" };
const rules = new Intl.PluralRules("en", { type: "ordinal" });

export const ordinal = (number) => `${number}${ENDINGS[rules.select(number)]}`;

/** So many minutes, as people say them. */
export function span(minutes) {
  if (minutes < 1) return "less than a minute";
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The student's button. */
export function inBar({ state, place, waiting, by, paused }) {
  if (state === "claimed") return `${by} is coming`;
  if (state === "waiting") return place === 1 ? "You are next" : `Help: ${ordinal(place)} of ${waiting}`;
  return paused ? "Help is paused" : "Ask for help";
}

/** How it stands with his request. */
export function inWords({ state, place, waiting, minutes, by, paused }) {
  if (state === "none") return "";
  const how = state === "claimed" ? `${by} is coming.` : place === 1 ? "You are next." : `You are ${ordinal(place)} of ${waiting}.`;
  return `${how} You have waited ${span(minutes)}.${paused ? " The queue is paused; you keep your place." : ""}`;
}

/** What has become something else since before: for those who hear the page. */
export function news(now, before) {
  if (!before) return "";
  if (now.state === "none" && before.state !== "none") return now.closed ? `Your request was ${now.closed.why}.` : "You have left the queue.";
  if (now.state !== before.state || now.place !== before.place || now.by !== before.by) return inWords(now);
  if (now.paused !== before.paused) return now.paused ? "The help queue is paused." : "You can ask for help again.";
  return "";
}

/** How a request stands, for a teacher: its state, and that in words. */
export function standing({ closed, by, by_id: id }, me) {
  if (closed) return ["closed", closed];
  if (!id) return ["waiting", ""];
  return id === me ? ["mine", "You are coming"] : ["theirs", `${by} is coming`];
}

/** What a list shows: a heading before each two or more open requests about one task, and all requests as they stand. */
export function lines(requests) {
  const asking = new Map();
  for (const { task, closed } of requests) if (task && !closed) asking.set(task, (asking.get(task) ?? 0) + 1);
  const found = [];
  for (const request of requests) {
    const count = asking.get(request.task) ?? 0;
    const together = count > 1;
    if (together && found.at(-1)?.request?.task !== request.task) {
      const all = requests.filter(({ task, closed }) => task === request.task && !closed);
      found.push({ key: `task ${request.task}`, title: request.title, all });
    }
    found.push({ key: `request ${request.number}`, request, together });
  }
  return found;
}

/** The order while somebody's pointer or keyboard is on the list: what is there stays, what is new stands at the end. */
export function held(shown, wanted) {
  return [...shown, ...wanted.filter((key) => !shown.includes(key) && !key.startsWith("task "))];
}
