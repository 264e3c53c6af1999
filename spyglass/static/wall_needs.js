// Who needs somebody, in order: each with the reason, the way to his terminal and a key for it.

import { setText } from "./page.js";
import { element } from "./wall_tile.js";

const KEYS = 9; // digits

export class Needs {
  /** @param {HTMLElement} list @param {HTMLElement} nobody - says that nobody is stuck @param {HTMLElement} said - a role=status */
  constructor(list, nobody, said) {
    [this.list, this.nobody, this.said] = [list, nobody, said];
    this.known = null;
    this.waiting = null;
    for (const end of ["pointerleave", "focusout"]) list.addEventListener(end, () => setTimeout(() => this.#catchUp()));
  }

  /** Show these; a line under somebody's pointer or focus does not run away from him. */
  show(needs) {
    const held = this.list.matches(":hover, :focus-within");
    const same = needs.length === this.list.childElementCount && needs.every(({ id }, at) => this.list.children[at].dataset.id === id);
    this.waiting = held && !same ? needs : null;
    if (held && !same) return;
    this.nobody.hidden = needs.length > 0;
    if (!same) this.list.replaceChildren(...needs.map(line));
    needs.forEach(({ reason, visited }, at) => {
      setText(this.list.children[at].querySelector(".why"), reason);
      setText(this.list.children[at].querySelector(".visited"), visited);
    });
    this.#say(needs);
  }

  /** The terminal of the one with this number. */
  address(number) {
    return this.list.children[number - 1]?.querySelector("a").href;
  }

  #catchUp() {
    if (this.waiting) this.show(this.waiting);
  }

  #say(needs) {
    const ids = new Set(needs.map(({ id }) => id));
    const added = needs.filter(({ id }) => this.known && !this.known.has(id));
    if (added.length) this.said.textContent = added.map(({ name, reason }) => `${name} needs you: ${reason}`).join(". ");
    this.known = ids;
  }
}

function line({ id, name }, at) {
  const link = element("a", "", name);
  link.href = `/watch/${encodeURIComponent(id)}`;
  const key = element("kbd", "", at < KEYS ? String(at + 1) : "");
  key.hidden = at >= KEYS;
  const made = element("li", "", key, link, element("span", "why"), element("span", "visited"));
  made.dataset.id = id;
  return made;
}
