// How far the file is that one takes home, in words. In: what the server tells. Out: what the page shows and says.

import { size } from "./files.js";

/** What stands at each step: `mark`, words for people, and the part that is done where it is known. */
export function states({ steps, step, place, size: bytes, total }) {
  const at = steps.findIndex(([name]) => name === step);
  return steps.map(([name], index) => {
    if (at > index) return { name, mark: "done", words: "done" };
    if (at < index) return { name, mark: "next", words: index ? "to come" : waiting(place) };
    const part = total ? Math.min(1, bytes / total) : null;
    if (total) return { name, mark: "now", words: `${Math.floor(100 * part)} %`, part };
    return { name, mark: "now", words: bytes ? `${size(bytes)} so far` : "under way", part: null };
  });
}

/** Whether there is a file that was not there before. */
export const isNew = (now, before) => Boolean(now.file && before && now.file.name !== before.file?.name);

/** Why there is none: what the server says, or that it was begun and neither made nor refused, as by a restart. */
export function problem(now, before) {
  if (now.message) return now.message;
  return before?.step && !before.message && !now.step && !isNew(now, before) ? "It was interrupted. Make it again." : "";
}

/** What is said aloud, once each: that a step has begun, and that the file is there. A problem is read by itself. */
export function news(now, before) {
  if (!before || now.message) return "";
  if (isNew(now, before)) return "Your file is ready.";
  if (now.step === before.step) return "";
  return now.steps.find(([name]) => name === now.step)?.[1] ?? "";
}

function waiting(place) {
  if (!place) return "in a moment";
  return place === 1 ? "one other is made first" : `${place} others are made first`;
}
