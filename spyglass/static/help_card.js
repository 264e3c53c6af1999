// One request on a teacher's page, and the heading of several about one task. An element stays the same for as long as
// its request is there, so that the keyboard stays where it is.

import { span, standing } from "./help_words.js";
import { addressOf, button, element, setText } from "./page.js";

function does(action, words, quiet = true) {
  const made = button(quiet ? "quiet" : "", words);
  made.dataset.action = action;
  return made;
}

/** Whether the keyboard is at something in here that can be seen: what is hidden loses it, at once or a moment later. */
function holdsFocus(place) {
  const { activeElement } = document;
  return place.contains(activeElement) && !activeElement.closest("[hidden]");
}

export class Card {
  /** @param {function} act - called with an action and numbers @param {string} me - the teacher's id */
  constructor(act, me) {
    this.me = me;
    const part = (tag, name) => (this[name] = element(tag, name));
    this.acts = element(
      "div", "acts", does("claim", "I come", false), does("resolve", "Done"), does("put-back", "Put back"), does("undo", "Undo"),
      (this.terminal = element("a", "terminal", "Terminal")),
    );
    this.name = element("a", "");
    this.element = element(
      "li", "request", part("kbd", "key"), element("p", "asker", this.name, part("span", "id"), part("span", "tag"), part("span", "waits")),
      part("p", "question"), part("p", "about"), part("p", "how"), part("p", "visited"), this.acts,
    );
    this.question.dir = "auto";
    this.element.tabIndex = -1;
    this.acts.addEventListener("click", ({ target }) => {
      if (target.dataset.action) act(target.dataset.action, [this.request.number], this);
    });
  }

  /** As it is now; `together`: it stands below the heading of its task. */
  update(request, together) {
    this.request = request;
    const [state, how] = standing(request, this.me);
    const hadFocus = holdsFocus(this.element);
    Object.assign(this.element.dataset, { number: request.number, id: request.id, state });
    this.element.classList.toggle("together", together);
    setText(this.name, request.name);
    setText(this.id, request.id);
    setText(this.tag, request.group);
    setText(this.waits, state === "closed" ? "" : request.minutes ? span(request.minutes) : "just now");
    setText(this.question, `“${request.question}”`);
    setText(this.about, request.title && !together ? `on “${request.title}”` : "");
    setText(this.how, how);
    setText(this.visited, request.visited);
    const address = addressOf(request);
    for (const link of [this.name, this.terminal]) if (link.getAttribute("href") !== address) link.href = address;
    this.terminal.setAttribute("aria-label", `Terminal: ${request.name}`);
    this.#offer({ claim: state === "waiting", "put-back": state === "mine" || state === "theirs", undo: state === "closed", resolve: state !== "closed" });
    if (hadFocus && !holdsFocus(this.element)) this.focus();
  }

  /** It is not in the queue any more, but somebody is at it. */
  leave() {
    this.element.dataset.state = "gone";
    setText(this.how, "no longer in the queue");
    const hadFocus = holdsFocus(this.element);
    this.#offer({});
    if (hadFocus && !holdsFocus(this.element)) this.focus();
  }

  /** Whether something can be done about it. */
  can(action) {
    return !this.acts.querySelector(`[data-action="${action}"]`)?.hidden;
  }

  /** The keyboard goes on here, at what can be done. */
  focus() {
    (this.acts.querySelector("button:not([hidden])") ?? this.element).focus();
  }

  #offer(can) {
    for (const one of this.acts.querySelectorAll("button")) {
      one.hidden = !can[one.dataset.action];
      one.setAttribute("aria-label", `${one.textContent}: ${this.request.name}`);
    }
  }
}

export class Heading {
  /** @param {function} act - called with an action and numbers */
  constructor(act) {
    this.title = element("span", "on");
    this.element = element("li", "task", this.title, does("claim", "I come to all"), does("resolve", "Done with all"));
    this.element.addEventListener("click", ({ target: { dataset } }) => {
      if (dataset.action) act(dataset.action, this.numbers(dataset.action), this);
    });
  }

  /** These ask about it. */
  update({ title, all }) {
    [this.task, this.all] = [title, all];
    setText(this.title, `${all.length} on “${title}”`);
    const hadFocus = holdsFocus(this.element);
    const buttons = [...this.element.querySelectorAll("button")];
    for (const one of buttons) {
      one.setAttribute("aria-label", `${one.textContent}: ${title}`);
      one.hidden = this.numbers(one.dataset.action).length === 0;
    }
    if (hadFocus && !holdsFocus(this.element)) buttons.find((one) => !one.hidden)?.focus();
  }

  /** Fewer than two ask about it now, but somebody is at it. */
  leave() {
    this.update({ title: this.task, all: [] });
  }

  /** Whom an action is about: nobody takes from another whom he has claimed. */
  numbers(action) {
    return this.all.filter(({ by_id: by }) => action !== "claim" || !by).map(({ number }) => number);
  }
}
