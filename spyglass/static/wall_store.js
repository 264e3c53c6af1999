// What this browser remembers of a teacher's wall: his arrangement, sizes and choices. Two who share a browser have two.

import { Layout } from "./wall_layout.js";

export class Store {
  /** @param {string} person - whose wall it is */
  constructor(person) {
    this.name = `wall.${person}`;
    this.values = read(this.name);
    this.layout = new Layout(this.values.layout);
  }

  get(key) {
    return this.values[key];
  }

  put(key, value) {
    this.values[key] = value;
    this.save();
  }

  save() {
    localStorage.setItem(this.name, JSON.stringify({ ...this.values, layout: this.layout.saved }));
  }
}

function read(name) {
  try {
    const found = JSON.parse(localStorage.getItem(name) ?? "{}");
    return found !== null && typeof found === "object" && !Array.isArray(found) ? found : {};
  } catch { // nobody but this page writes it, and it is no loss
    return {};
  }
}
