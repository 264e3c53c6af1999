// Tells the server which tiles are in sight, so that pictures are taken of these alone, and how often.

const SOON = 150; // milliseconds: who scrolls stops first
const AGAIN = 4000; // milliseconds until what could not be told is told again
const AROUND = "200px"; // of the window: what is about to come into sight

export class Sight {
  constructor() {
    this.page = null; // the id of the stream
    this.pace = 1;
    this.paused = false;
    this.inSight = new Set();
    this.told = "";
    document.addEventListener("visibilitychange", () => this.tell());
    this.observer = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: AROUND });
  }

  /** The stream has begun anew, and knows nothing. */
  begin(page) {
    this.page = page;
    this.told = "";
    this.tell();
  }

  /** Look after these tiles' elements and no others. */
  watch(elements) {
    const now = new Set(elements);
    for (const one of this.watched ?? []) if (!now.has(one)) {
      this.observer.unobserve(one);
      this.inSight.delete(one);
    }
    for (const one of now) if (!this.watched?.has(one)) this.observer.observe(one);
    this.watched = now;
    this.tell();
  }

  /** Another pace, or none. */
  set({ pace = this.pace, paused = this.paused }) {
    this.pace = pace;
    this.paused = paused;
    this.tell();
  }

  tell(after = SOON) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#send(), after);
  }

  #seen(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.inSight.add(target);
      else this.inSight.delete(target);
    }
    this.tell();
  }

  async #send() {
    if (!this.page) return;
    const ids = this.paused || document.hidden ? [] : [...this.inSight].map((one) => one.dataset.id).sort();
    const body = JSON.stringify({ page: this.page, ids, pace: this.pace });
    if (body === this.told) return;
    this.told = body;
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch("/wall/sight", { method: "POST", headers, body }).catch(() => null);
    if (answer?.ok || this.told !== body) return;
    this.told = ""; // the stream says so when there is no line, and begins anew by itself
    this.tell(AGAIN);
  }
}
