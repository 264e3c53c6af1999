// The help queue on a teacher's page: who asks, grouped by task; claim, put back, resolve, undo, pause.

import { Bell } from "./help_bell.js";
import { Card, Heading } from "./help_card.js";
import { send } from "./send.js";
import { held, lines } from "./help_words.js";
import { setText } from "./page.js";

const KEYS = { c: "claim", d: "resolve", b: "put-back", u: "undo" };
const MOST_KEYS = 9; // digits
const AT_IT = 3000; // milliseconds after somebody has done something for which the list stays under his finger

const byId = (id) => document.getElementById(id);

export class Queue {
  /** @param {string} me - the teacher's id @param {function} say - for a role=status */
  constructor(me, say) {
    [this.me, this.say] = [me, say];
    this.list = byId("asked");
    this.cards = new Map(); // key -> Card or Heading
    this.requests = [];
    this.until = 0;
    this.bell = new Bell(byId("queue-sound"), byId("queue-hint"), me);
    byId("queue-pause").addEventListener("click", () => this.#pause());
    for (const end of ["pointerleave", "focusout"]) this.list.addEventListener(end, () => setTimeout(() => this.#arrange()));
    this.list.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** What the server says now. */
  show({ requests, waiting, paused }) {
    this.requests = requests;
    this.paused = paused !== null;
    byId("queue-pause").setAttribute("aria-pressed", String(this.paused));
    byId("queue-paused").hidden = !this.paused;
    setText(byId("queue-paused"), this.paused ? `Paused by ${paused}: nobody can ask. What is open stays.` : "");
    setText(byId("queue-count"), `${waiting || "nobody"} waiting`);
    this.#announce(requests);
    this.#arrange();
  }

  /** The terminals of those who ask, in order. */
  get addresses() {
    return this.people.map((card) => card.name.href);
  }

  /** How many ask. */
  get count() {
    return this.people.length;
  }

  get people() {
    const all = [...this.list.children].map((one) => this.cards.get(one.dataset.key));
    return all.filter((card) => card instanceof Card && !["closed", "gone"].includes(card.element.dataset.state));
  }

  /** The keyboard goes to the first request. */
  focus() {
    this.people[0]?.focus();
  }

  /** Do something about these requests. */
  async act(action, numbers, card = null) {
    if (!numbers.length || card?.busy) return;
    if (card) card.busy = true; // and not disabled, which would take the focus away
    this.until = performance.now() + AT_IT;
    setTimeout(() => this.#arrange(), AT_IT + 50);
    const { problem } = await send(`/help/requests/${action}`, { numbers });
    if (card) card.busy = false;
    this.#tell(problem);
  }

  async #pause() {
    const { problem } = await send("/help/pause", { paused: !this.paused });
    this.#tell(problem);
  }

  #tell(problem) {
    byId("queue-problem").hidden = !problem;
    setText(byId("queue-problem"), problem);
    if (problem) this.say(problem);
  }

  #pressed(event) {
    const card = this.cards.get(event.target.closest("[data-key]")?.dataset.key);
    if (event.ctrlKey || event.altKey || event.metaKey || !(card instanceof Card) || !Object.hasOwn(KEYS, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (card.can(KEYS[event.key])) this.act(KEYS[event.key], [card.request.number], card);
  }

  #announce(requests) {
    const waiting = requests.filter(({ closed, by_id: by }) => !closed && !by);
    const known = this.bell.known;
    const fresh = known ? waiting.filter(({ number }) => !known.has(number)) : [];
    for (const { name, question } of fresh) this.say(`${name} asks for help: ${question}`);
    this.bell.waiting(waiting.map(({ number }) => number));
  }

  #isHeld() {
    const pointed = matchMedia("(hover: hover)").matches && this.list.matches(":hover");
    return pointed || this.list.querySelector(":focus-visible") || performance.now() < this.until;
  }

  /** Put everything in its place; while somebody is at the list nothing runs away from him. */
  #arrange() {
    const wanted = lines(this.requests);
    const keys = wanted.map(({ key }) => key);
    const shown = [...this.list.children].map((one) => one.dataset.key);
    const focused = this.list.contains(document.activeElement) ? document.activeElement : null;
    for (const line of wanted) this.#card(line);
    const order = this.#isHeld() ? held(shown, keys) : keys;
    for (const key of this.cards.keys()) {
      if (!order.includes(key)) this.cards.delete(key);
      else if (!keys.includes(key)) this.cards.get(key).leave();
    }
    const elements = order.map((key) => this.cards.get(key).element);
    if (elements.some((one, at) => this.list.children[at] !== one) || elements.length !== this.list.childElementCount) {
      this.list.replaceChildren(...elements);
    }
    const lost = focused && (!focused.isConnected || focused.closest("[hidden]"));
    if (lost && [focused, document.body].includes(document.activeElement)) (this.people[0] ?? byId("queue-pause")).focus();
    else if (focused && !lost && document.activeElement !== focused) focused.focus();
    this.list.hidden = elements.length === 0;
    const { people } = this;
    for (const card of this.cards.values()) {
      const at = people.indexOf(card);
      if (card.key) setText(card.key, at < 0 || at >= MOST_KEYS ? "" : String(at + 1));
      if (card.key) card.key.hidden = !card.key.textContent;
    }
  }

  #card({ key, request, together, ...heading }) {
    if (!this.cards.has(key)) {
      const act = (...of) => this.act(...of);
      this.cards.set(key, request ? new Card(act, this.me) : new Heading(act));
      this.cards.get(key).element.dataset.key = key;
    }
    if (request) this.cards.get(key).update(request, together);
    else this.cards.get(key).update(heading);
  }
}
