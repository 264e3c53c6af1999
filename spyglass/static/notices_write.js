// A teacher writes to everybody, a group or one student, and sees who has read what was written today.

import { button, element, setText } from "./page.js";
import { send } from "./send.js";

const byId = (id) => document.getElementById(id);

export class Writing {
  /** @param {function} say - for a role=status */
  constructor(say) {
    [this.say, this.dialog, this.to, this.text, this.sent] = [say, byId("write"), byId("write-to"), byId("write-text"), byId("sent")];
    byId("write-close").addEventListener("click", () => this.dialog.close());
    byId("write-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId("write-form").requestSubmit();
    });
  }

  /** To a student, by id, or to everybody. */
  open(person = "") {
    const wanted = person ? `person:${person}` : "all";
    if ([...this.to.options].some(({ value }) => value === wanted)) this.to.value = wanted;
    this.#problem("");
    this.dialog.showModal();
    this.text.focus();
  }

  /** What the server says now. */
  show({ notices, groups, people }) {
    this.#offer(groups, people);
    byId("sent-none").hidden = notices.length > 0;
    const wanted = JSON.stringify(notices);
    if (this.sent.dataset.shown === wanted) return;
    const at = this.sent.contains(document.activeElement) ? document.activeElement.dataset.number : null;
    this.sent.dataset.shown = wanted;
    this.sent.replaceChildren(...notices.map((notice) => this.#notice(notice)));
    if (at !== null) (this.sent.querySelector(`[data-number="${at}"]`) ?? byId("write-close")).focus();
  }

  #notice({ number, time, by, to, text, of, read, missing }) {
    const said = element("p", "notice-text", text);
    said.dir = "auto";
    const more = of - read - missing.length;
    const rest = missing.length ? `; not yet: ${missing.join(", ")}${more > 0 ? ` and ${more} more` : ""}` : "";
    const back = button("quiet", "Take back");
    back.dataset.number = number;
    back.setAttribute("aria-label", `Take back the notice of ${time} to ${to}`);
    back.addEventListener("click", async () => this.#problem((await send("/notices/take-back", { number })).problem));
    return element("li", "", element("p", "notice-head", `${time} ${by}, to ${to}`), said, element("p", "notice-head", `${read} of ${of} ${of === 1 ? "has" : "have"} read it${rest}`), back);
  }

  // Nothing is chosen when that one has left: what was for one must not go to everybody.
  #offer(groups, people) {
    const wanted = JSON.stringify([groups, people]);
    if (this.to.dataset.shown === wanted) return;
    const chosen = this.to.value;
    this.to.dataset.shown = wanted;
    this.to.replaceChildren(this.to.options[0], ...this.#options("Groups", groups.map((name) => new Option(name, `group:${name}`))), ...this.#options("Students", people.map(({ id, name }) => new Option(`${name} (${id})`, `person:${id}`))));
    this.to.value = chosen;
  }

  #options(label, options) {
    if (!options.length) return [];
    const group = element("optgroup", "", ...options);
    group.label = label;
    return [group];
  }

  async #send() {
    const problem = this.to.value ? (await send("/notices", { to: this.to.value, text: this.text.value })).problem : "Whom it was for has left. Choose others.";
    this.#problem(problem);
    if (problem) return;
    this.text.value = "";
    this.dialog.close();
    this.say("The notice is sent");
  }

  #problem(text) {
    setText(byId("write-problem"), text);
    byId("write-problem").hidden = !text;
  }
}
