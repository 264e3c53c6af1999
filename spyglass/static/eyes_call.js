// A teacher has everybody look to the front for some minutes, and can end it.

import { Countdown } from "./countdown.js";
import { below, setText } from "./page.js";
import { send } from "./send.js";

const byId = (id) => document.getElementById(id);

export class Eyes {
  /** @param {function} say - for a role=status */
  constructor(say) {
    this.say = say;
    this.countdown = new Countdown(byId("eyes-left"));
    const panel = byId("eyes-panel");
    below(byId("eyes-open"), panel);
    panel.addEventListener("click", ({ target: { dataset } }) => {
      if (!dataset.minutes) return;
      panel.hidePopover();
      this.#call(Number(dataset.minutes));
    });
    byId("eyes-end").addEventListener("click", () => this.#call(0));
  }

  /** The choice of minutes. */
  open() {
    byId("eyes-panel").togglePopover();
  }

  /** What the server says now. */
  show(call) {
    const hadFocus = byId("eyes-now").contains(document.activeElement);
    byId("eyes-now").hidden = !call;
    if (hadFocus && !call) byId("eyes-open").focus();
    setText(byId("eyes-by"), call ? `${call.by} has everybody look to the front:` : "");
    this.countdown.show(call?.left ?? 0);
  }

  async #call(minutes) {
    const { problem } = await send("/notices/eyes", { minutes });
    this.say(problem || (minutes ? `Everybody is asked to look to the front for ${minutes} min` : "Eyes here has ended"));
  }
}
