// Marking text with the mouse, also while tmux or another program listens to it.
//
// xterm.js lets a program have every click once it asks for the mouse, and marks only with Shift held. In a class
// the mouse is for marking and copying first: a drag, a double and a triple click mark, with and without Shift; a plain
// click, the wheel, and a drag with Alt go to the program. The right button opens the browser's menu.

const MOVED = 4; // pixels that make a click a drag

/** Lets the mouse mark text in an opened xterm.js terminal. */
export function markWithMouse(terminal) {
  const element = terminal.element;
  const ours = new WeakSet();
  let held = null;

  const again = (type, event, shiftKey) => {
    const copy = new MouseEvent(type, {
      bubbles: true, cancelable: true, composed: true, view: window, detail: event.detail,
      clientX: event.clientX, clientY: event.clientY, button: event.button,
      buttons: type === "mouseup" ? 0 : 1, shiftKey, altKey: event.altKey,
    });
    ours.add(copy);
    element.querySelector(".xterm-screen").dispatchEvent(copy);
  };
  const isMac = navigator.platform.startsWith("Mac");
  const mark = (event) => {
    if (isMac) Object.defineProperty(event, "altKey", { value: true }); // there Option marks, not Shift
    again("mousedown", event, !isMac);
  };

  element.addEventListener("mousedown", (event) => {
    if (ours.has(event) || terminal.modes.mouseTrackingMode === "none") return;
    if (event.button === 2) {
      event.stopPropagation();
      return;
    }
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    terminal.focus();
    if (event.detail > 1) mark(event);
    else held = event;
  }, true);

  document.addEventListener("mousemove", (event) => {
    if (!held) return;
    if (Math.hypot(event.clientX - held.clientX, event.clientY - held.clientY) < MOVED) return;
    const start = held;
    held = null;
    mark(start);
  }, true);

  document.addEventListener("mouseup", (event) => {
    if (!held || ours.has(event)) return;
    const start = held;
    held = null;
    terminal.clearSelection();
    again("mousedown", start, false);
    again("mouseup", event, false);
  }, true);
}
