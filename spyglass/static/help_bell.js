// That somebody waits, for a teacher who looks elsewhere: a number in the tab, and a sound for who wants it.

const TONES = [660, 880]; // hertz

export class Bell {
  /** @param {HTMLInputElement} wanted - the switch of the sound @param {HTMLElement} hint @param {string} person - whose choice it is */
  constructor(wanted, hint, person) {
    [this.wanted, this.hint, this.name] = [wanted, hint, `help.${person}.sound`];
    this.title = document.title;
    this.known = null; // numbers that this page has heard of
    wanted.checked = localStorage.getItem(this.name) === "on";
    wanted.addEventListener("change", () => {
      localStorage.setItem(this.name, wanted.checked ? "on" : "off");
      if (wanted.checked) this.#ring(); // this is what it sounds like
      this.#advise();
    });
    // Browsers allow no sound before somebody has clicked or pressed a key on the page.
    for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => this.#allowed());
    this.#advise();
  }

  /** These wait, and nobody has claimed them. */
  waiting(numbers) {
    document.title = numbers.length ? `(${numbers.length}) ${this.title}` : this.title;
    if (this.known && this.wanted.checked && numbers.some((number) => !this.known.has(number))) this.#ring();
    this.known = new Set([...(this.known ?? []), ...numbers]);
  }

  async #allowed() {
    if (!this.wanted.checked) return;
    this.sounds ??= new AudioContext();
    await this.sounds.resume();
    this.#advise();
  }

  #advise() {
    this.hint.hidden = !this.wanted.checked || this.sounds?.state === "running";
  }

  #ring() {
    this.sounds ??= new AudioContext();
    TONES.forEach((pitch, index) => {
      const at = this.sounds.currentTime + index * 0.14;
      const [tone, volume] = [this.sounds.createOscillator(), this.sounds.createGain()];
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(0.15, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.25);
      tone.connect(volume).connect(this.sounds.destination);
      tone.start(at);
      tone.stop(at + 0.3);
    });
  }
}
