// How long something still lasts, as 4:32. In: the seconds that the server says now and then, in steps.

const EVERY = 500; // milliseconds
const STEP = 6000; // milliseconds within which the server says the same as this page counts

export class Countdown {
  /** @param {HTMLElement} element - where it stands */
  constructor(element) {
    this.element = element;
    this.end = 0;
  }

  /** So many seconds are left; 0 ends it. */
  show(left) {
    const end = performance.now() + 1000 * left;
    if (!left || Math.abs(end - this.end) > STEP) this.end = left ? end : 0;
    this.#write();
  }

  #write() {
    clearTimeout(this.later);
    const left = Math.max(0, Math.ceil((this.end - performance.now()) / 1000));
    this.element.textContent = this.end ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : "";
    if (left) this.later = setTimeout(() => this.#write(), EVERY);
  }
}
