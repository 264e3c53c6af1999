// Where the tiles stand: a teacher's own order, his pins and groups. Nothing of the document in here.
//
// A tile stays where it is until the teacher himself moves it: people look for a place, not for a name.

const RANK = ["asked", "stuck", "idle", "not started", "unknown", "working", "finished"];
const collator = new Intl.Collator(undefined, { numeric: true });

const free = (tile) => (tile.free ? 1 : 0);
const KEYS = {
  name: (tile) => [tile.name],
  id: () => [],
  group: (tile) => [tile.group === "" ? 1 : 0, tile.group],
  state: (tile) => [free(tile), RANK.indexOf(tile.state), -(tile.minutes ?? 0)],
  task: (tile) => [free(tile), tile.task === "" ? 1 : 0, tile.task],
  minutes: (tile) => [free(tile), -(tile.minutes ?? -1)],
  done: (tile) => [free(tile), tile.done],
  open: (tile) => [tile.terminals ? 0 : 1],
  visited: (tile) => [free(tile), -(tile.visited ?? Infinity)],
  seat: (tile) => [tile.answers === false ? 0 : tile.database === false ? 1 : 2],
};

function compare(one, other) {
  for (let at = 0; at < one.length; at++) {
    if (one[at] === other[at]) continue;
    return typeof one[at] === "string" ? collator.compare(one[at], other[at]) : one[at] - other[at];
  }
  return 0;
}

/** Tiles sorted by one of their values; equals by id. */
export function sorted(tiles, by, reverse = false) {
  const key = KEYS[by] ?? KEYS.name;
  const direction = reverse ? -1 : 1;
  return [...tiles].sort(
    (one, other) => direction * (compare(key(one), key(other)) || collator.compare(one.id, other.id)),
  );
}

/** Whether a tile has all the words. */
export function matches(tile, words) {
  const seat = tile.answers === false ? "does not answer" : "";
  const text = `${tile.name} ${tile.id} ${tile.group} ${tile.state} ${tile.task} ${tile.free ? "free" : ""} ${seat}`;
  return words.toLowerCase().split(/\s+/).every((word) => text.toLowerCase().includes(word));
}

/** How wide tiles may be, in pixels, so that sections of so many fit into a window; `least` if they do not. */
export function fitting(counts, width, height, { gap, beside, heading, least, most }) {
  const headings = counts.length > 1 ? counts.length * heading : 0;
  for (let columns = 1; ; columns++) { // there may be more than tiles: none is stretched over all of a wide window
    const tile = (width - gap * (columns - 1)) / columns;
    if (tile < least) return least;
    const rows = counts.reduce((sum, count) => sum + Math.ceil(count / columns), 0);
    // A picture is ten parts high and sixteen wide; beside it stand lines of text.
    if (rows * ((tile * 10) / 16 + beside + gap) + headings <= height) return Math.floor(Math.min(most, tile));
  }
}

const isText = (value) => typeof value === "string";

export class Layout {
  /** @param {object} saved - what `saved` gave; anything else is nothing. */
  constructor(saved) {
    this.order = Array.isArray(saved?.order) ? saved.order.filter(isText) : [];
    this.pinned = new Set(Array.isArray(saved?.pinned) ? saved.pinned.filter(isText) : []);
    this.groups = new Map(Object.entries(saved?.groups ?? {}).filter(([, name]) => isText(name)));
    this.before = null; // the order before the last sort
  }

  /** For the browser to keep. */
  get saved() {
    return { order: this.order, pinned: [...this.pinned], groups: Object.fromEntries(this.groups) };
  }

  /** The class is these, in the roster's order: who is new stands last, who has gone leaves nothing behind. */
  follow(ids) {
    this.roster = ids;
    const [here, known] = [new Set(ids), new Set(this.order)];
    this.order = [...this.order.filter((id) => here.has(id)), ...ids.filter((id) => !known.has(id))];
    for (const id of this.pinned) if (!here.has(id)) this.pinned.delete(id);
    for (const id of this.groups.keys()) if (!here.has(id)) this.groups.delete(id);
    if (this.before) this.before = [...this.before.filter((id) => here.has(id)), ...this.order.filter((id) => !this.before.includes(id))];
  }

  /** The group of a tile: the teacher's own, or the roster's. */
  groupOf(tile) {
    return this.groups.get(tile.id) ?? tile.group;
  }

  /** A tile with the group that it has here. */
  placed(tile) {
    return { ...tile, group: this.groupOf(tile), pinned: this.pinned.has(tile.id) };
  }

  /** Sections of ids: the pinned ones, then each group where they are grouped, then everybody else. */
  sections(tiles, grouped) {
    const all = this.order.filter((id) => tiles.has(id));
    const found = new Map([["pinned", { title: "Pinned", ids: [] }]]);
    const names = grouped ? [...new Set(all.map((id) => this.groupOf(tiles.get(id))))].filter(Boolean) : [];
    for (const name of names.sort(collator.compare)) found.set(`group ${name}`, { title: name, group: name, ids: [] });
    found.set("others", { title: grouped ? "Without a group" : "Others", group: grouped ? "" : undefined, ids: [] });
    for (const id of all) {
      const group = grouped ? this.groupOf(tiles.get(id)) : "";
      found.get(this.pinned.has(id) ? "pinned" : group ? `group ${group}` : "others").ids.push(id);
    }
    return [...found].map(([key, section]) => ({ key, ...section })).filter((section) => section.ids.length);
  }

  /** Put a tile before or after another one, and into its section. */
  move(id, other, after, tiles, grouped) {
    if (id === other) return;
    this.order = this.order.filter((one) => one !== id);
    this.order.splice(this.order.indexOf(other) + (after ? 1 : 0), 0, id);
    if (this.pinned.has(other)) this.pinned.add(id);
    else this.pinned.delete(id);
    if (grouped && !this.pinned.has(other)) this.group(id, this.groupOf(tiles.get(other)), tiles);
    this.before = null;
  }

  /** One place on or back among the tiles of its section; false at its end. */
  step(id, by, tiles, grouped) {
    const { ids } = this.sections(tiles, grouped).find((section) => section.ids.includes(id)) ?? { ids: [] };
    const other = ids[ids.indexOf(id) + by];
    if (!other) return false;
    this.move(id, other, by > 0, tiles, grouped);
    return true;
  }

  /** Pin a tile before all others, or let it go where it was. */
  pin(id) {
    if (!this.pinned.delete(id)) this.pinned.add(id);
  }

  /** Put a tile into a group, one that there is or a new one; the roster's own is no change. */
  group(id, name, tiles) {
    if (name === tiles.get(id).group) this.groups.delete(id);
    else this.groups.set(id, name);
  }

  /** Sort everybody now; from then on they stay again. */
  sort(by, tiles) {
    this.before ??= this.order;
    const all = this.order.filter((id) => tiles.has(id)).map((id) => this.placed(tiles.get(id)));
    this.order = by === "roster" ? [...this.roster] : sorted(all, by).map((tile) => tile.id);
  }

  /** As it was before it was sorted. */
  unsort() {
    this.order = this.before ?? this.order;
    this.before = null;
  }
}
