// What a teacher tells the class from the wall: notices, and to look to the front.

import { Eyes } from "./eyes_call.js";
import { Writing } from "./notices_write.js";

const byId = (id) => document.getElementById(id);

export class Telling {
  /** @param {function} say - for a role=status */
  constructor(say) {
    [this.writing, this.calling] = [new Writing(say), new Eyes(say)];
    byId("write-open").addEventListener("click", () => this.write());
  }

  /** To the student of a tile, or to everybody. */
  write(tile) {
    this.writing.open(tile?.data.id);
  }

  /** For how long? */
  eyes() {
    this.calling.open();
  }

  /** What the server says now. */
  show(said) {
    this.writing.show(said);
    this.calling.show(said.eyes);
  }
}
