// Where the tiles stand, and which are shown. They move only when somebody moves them: by hand, or by asking for an
// order once. Nothing of the document in here.

const RANK = ["stuck", "unknown", "not started", "idle", "working", "finished"];
const collator = new Intl.Collator(undefined, { numeric: true });

const byText = (key) => (one, other) => collator.compare(key(one), key(other));
const byNumber = (key) => (one, other) => key(one) - key(other);

/** What can be asked for: how two tiles are compared. */
export const ORDERS = {
  name: byText((tile) => tile.name),
  id: byText((tile) => tile.id),
  group: byText((tile) => tile.group || "\uffff"),
  state: byNumber((tile) => RANK.indexOf(tile.state)),
  done: byNumber((tile) => tile.done),
};

/** The ids in the order that is asked for; equals stay as they are. */
export function sorted(tiles, by) {
  return [...tiles].sort(ORDERS[by]).map((tile) => tile.id);
}

/** All ids: pinned ones first, each as it was placed; who is new comes behind. */
export function placed(ids, places, pins) {
  const place = new Map(places.map((id, at) => [id, at]));
  const key = (id) => (pins.includes(id) ? 0 : places.length + ids.length) + (place.get(id) ?? places.length + ids.indexOf(id));
  return [...ids].sort((one, other) => key(one) - key(other));
}

/** The same ids, one of them moved to where another one stands. */
export function moved(ids, id, target) {
  const to = ids.indexOf(target);
  const rest = ids.filter((one) => one !== id);
  if (to < 0 || rest.length === ids.length) return ids;
  rest.splice(to, 0, id);
  return rest;
}

/** Whether a text has all the words. */
export function matches(text, words) {
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
