// Who is stuck, in order: each with the reason, the way to his terminal and a key for it.

import { addressOf, element, setText } from "./page.js";

const KEYS = 9; // digits

export class Needs {
  /** @param {HTMLElement} list @param {function} say - for a role=status */
  constructor(list, say) {
    [this.list, this.say] = [list, say];
    this.before = 0; // how many stand before these, who have asked
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
    if (!same) this.list.replaceChildren(...needs.map(line));
    needs.forEach(({ reason, visited }, at) => {
      setText(this.list.children[at].querySelector(".why"), reason);
      setText(this.list.children[at].querySelector(".visited"), visited);
    });
    this.number(this.before);
    this.#say(needs);
  }

  /** Their keys go on after so many others. */
  number(before) {
    this.before = before;
    [...this.list.children].forEach((one, at) => {
      const key = one.querySelector("kbd");
      setText(key, before + at < KEYS ? String(before + at + 1) : "");
      key.hidden = before + at >= KEYS;
    });
  }

  /** Their terminals, in order. */
  get addresses() {
    return [...this.list.querySelectorAll("a")].map((link) => link.href);
  }

  #catchUp() {
    if (this.waiting) this.show(this.waiting);
  }

  #say(needs) {
    const ids = new Set(needs.map(({ id }) => id));
    const added = needs.filter(({ id }) => this.known && !this.known.has(id));
    for (const { name, reason } of added) this.say(`${name} needs you: ${reason}`);
    this.known = ids;
  }
}

function line({ id, name }) {
  const link = element("a", "", name);
  link.href = addressOf({ id });
  const made = element("li", "", element("kbd", ""), link, element("span", "why"), element("span", "visited"));
  made.dataset.id = id;
  return made;
}
