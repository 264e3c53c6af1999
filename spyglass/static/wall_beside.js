// Beside the tiles: who asks for help, then who is stuck, with one row of keys for both.

import { Queue } from "./help_queue.js";
import { speaker } from "./page.js";
import { Needs } from "./wall_needs.js";

const byId = (id) => document.getElementById(id);

export class Beside {
  /** @param {string} me - the teacher's id */
  constructor(me) {
    this.say = speaker(byId("said"));
    this.queue = new Queue(me, this.say);
    this.needs = new Needs(byId("needs"), this.say);
  }

  /** Who is stuck. */
  stuck(needs) {
    this.needs.show(needs);
    this.#count();
  }

  /** Who asks. */
  asked(said) {
    this.queue.show(said);
    this.#count();
  }

  /** The terminal of the one with this number. */
  open(number) {
    const address = [...this.queue.addresses, ...this.needs.addresses][number - 1];
    if (address) location.assign(address);
  }

  #count() {
    this.needs.number(this.queue.count);
    byId("nobody").hidden = this.queue.count + this.needs.addresses.length > 0;
  }
}
