// How far the file is that one takes home, in words. In: what the server tells. Out: what the page shows and says.

import { size } from "./files.js";

/** What stands at each step: `mark`, words for people, and the part that is done where it is known. */
export function states({ steps, step, place, size: bytes, total }) {
  const at = steps.findIndex(([name]) => name === step);
  return steps.map(([name], index) => {
    if (at > index) return { name, mark: "done", words: "done" };
    if (at < index) return { name, mark: "next", words: index || !place ? "to come" : waiting(place) };
    if (total) return { name, mark: "now", words: `${Math.floor((100 * bytes) / total)} %`, part: bytes / total };
    return { name, mark: "now", words: bytes ? `${size(bytes)} so far` : "under way", part: null };
  });
}

/** What is said aloud, once each: that a step has begun, that it failed, that the file is there. */
export function news(now, before) {
  if (!before || (now.step === before.step && now.message === before.message)) return "";
  if (now.message) return ""; // the alert is read by itself
  const begun = now.steps.find(([name]) => name === now.step);
  if (begun) return begun[1];
  return !now.step && now.file ? "Your file is ready." : "";
}

function waiting(place) {
  return place === 1 ? "one other is made first" : `${place} others are made first`;
}
