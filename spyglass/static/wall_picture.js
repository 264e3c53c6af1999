// A terminal's picture: text with SGR sequences in, rows of styled runs out, and those painted as text.
//
// Only colours and weights are understood; whatever else might be in the text is shown as nothing. The document gets
// strings through textContent and colours that were computed here, never a piece of markup or style from a seat.

// The same sixteen as in terminal.js, so that a tile looks like the terminal that it opens.
const BASE = [
  "#3b4644", "#ff7b72", "#6fdd8b", "#f2cc60", "#79b8ff", "#d2a8ff", "#5eead4", "#c9d5d2",
  "#7f918d", "#ffa198", "#8df0a6", "#ffe08a", "#a5d0ff", "#e2c5ff", "#99f6e4", "#ffffff",
];
const FOREGROUND = "#e3ebe9";
const BACKGROUND = "#101615";
const STEPS = [0, 95, 135, 175, 215, 255];
const PLAIN = Object.freeze({
  fore: null, back: null, bold: false, dim: false, italic: false, underline: false, inverse: false, hidden: false, strike: false,
});

const hex = (...parts) => `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
const isByte = (value) => Number.isInteger(value) && value >= 0 && value <= 255;

/** The colour with a number of the 256, or null. */
export function colour(number) {
  if (!isByte(number)) return null;
  if (number < 16) return BASE[number];
  if (number > 231) return hex(...Array(3).fill(8 + 10 * (number - 232)));
  const cube = number - 16;
  return hex(STEPS[Math.floor(cube / 36)], STEPS[Math.floor(cube / 6) % 6], STEPS[cube % 6]);
}

// What follows 38 or 48: [colour, how many numbers that took].
function extended(numbers) {
  if (numbers[0] === 5) return [colour(numbers[1]), 2];
  if (numbers[0] === 2) {
    const parts = numbers.slice(1, 4);
    return [parts.length === 3 && parts.every(isByte) ? hex(...parts) : null, 4];
  }
  return [null, 0];
}

/** The style after a sequence, given its text between "ESC[" and "m". */
export function restyle(style, sequence) {
  const words = sequence.split(";");
  let next = { ...style };
  for (let at = 0; at < words.length; at++) {
    const sub = words[at].split(":").map(Number);
    const code = sub[0];
    if (code === 38 || code === 48 || code === 58) {
      const inOne = sub.length > 1;
      // With colons a colour space may stand between the 2 and the colour.
      const numbers = inOne ? (sub[1] === 2 && sub.length > 5 ? [2, ...sub.slice(3)] : sub.slice(1)) : words.slice(at + 1).map(Number);
      const [found, taken] = extended(numbers);
      if (found && code === 38) next.fore = found;
      if (found && code === 48) next.back = found;
      if (!inOne) at += taken;
    } else if (code === 0) next = { ...PLAIN };
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 3) next.italic = true;
    else if (code === 4) next.underline = sub[1] !== 0;
    else if (code === 7) next.inverse = true;
    else if (code === 8) next.hidden = true;
    else if (code === 9) next.strike = true;
    else if (code === 21) next.underline = true;
    else if (code === 22) next.bold = next.dim = false;
    else if (code === 23) next.italic = false;
    else if (code === 24) next.underline = false;
    else if (code === 27) next.inverse = false;
    else if (code === 28) next.hidden = false;
    else if (code === 29) next.strike = false;
    else if (code >= 30 && code <= 37) next.fore = BASE[code - 30];
    else if (code === 39) next.fore = null;
    else if (code >= 40 && code <= 47) next.back = BASE[code - 40];
    else if (code === 49) next.back = null;
    else if (code >= 90 && code <= 97) next.fore = BASE[code - 82];
    else if (code >= 100 && code <= 107) next.back = BASE[code - 92];
  }
  return next;
}

/** Rows of runs: [[{text, style}, ...], ...]. A style goes on into the next row. */
export function decode(text) {
  const rows = [[]];
  let style = PLAIN;
  for (const piece of text.split(/(\x1b\[[0-9;:]*m|\n)/)) {
    if (piece === "\n") rows.push([]);
    else if (piece.startsWith("\x1b[")) style = restyle(style, piece.slice(2, -1));
    else {
      const clean = piece.replace(/[\x00-\x1f\x7f-\x9f]/g, "");
      if (clean) rows.at(-1).push({ text: clean, style });
    }
  }
  return rows;
}

/** What the document needs to show a style; nothing for plain text. */
export function css(style) {
  let fore = style.fore;
  let back = style.back;
  if (style.inverse) [fore, back] = [back ?? BACKGROUND, fore ?? FOREGROUND];
  const found = {};
  if (style.hidden) found.color = back ?? "transparent";
  else if (fore) found.color = fore;
  if (back) found.backgroundColor = back;
  if (style.bold) found.fontWeight = "700";
  if (style.dim) found.opacity = "0.6";
  if (style.italic) found.fontStyle = "italic";
  const lines = [style.underline && "underline", style.strike && "line-through"].filter(Boolean);
  if (lines.length) found.textDecoration = lines.join(" ");
  return found;
}

const STEPS_OF_WIDTH = [60, 80, 100, 120]; // columns: a picture that changes its size with every word would dance

/** What of a picture is worth showing: as many columns as are written in, and the last row that must be seen. */
export function partOf({ text, columns, rows, cursor, full }) {
  if (full) return { columns, last: rows - 1 };
  const lines = decode(text).slice(0, rows).map((runs) => runs.map((run) => run.text).join("").trimEnd());
  const longest = Math.max(cursor ? cursor[0] + 1 : 0, ...lines.map((line) => line.length));
  const written = lines.findLastIndex(Boolean);
  const fitting = STEPS_OF_WIDTH.find((step) => step >= longest) ?? columns;
  return { columns: Math.min(columns, fitting), last: Math.max(cursor ? cursor[1] : 0, written) };
}

/** Paints pictures into one element; rows that did not change are left alone. */
export class Canvas {
  constructor(element) {
    this.element = element;
    this.shown = [];
  }

  /** Show a picture. */
  paint({ text, rows }) {
    const wanted = decode(text).slice(0, rows);
    while (wanted.length < rows) wanted.push([]);
    while (this.element.childElementCount > rows) this.element.lastElementChild.remove();
    this.shown.length = Math.min(this.shown.length, rows);
    wanted.forEach((runs, number) => {
      const mark = JSON.stringify(runs);
      if (this.shown[number] === mark) return;
      this.shown[number] = mark;
      const row = this.element.children[number] ?? this.element.appendChild(document.createElement("span"));
      row.replaceChildren(...runs.map(node));
    });
  }
}

function node({ text, style }) {
  const found = css(style);
  if (!Object.keys(found).length) return document.createTextNode(text);
  const span = document.createElement("span");
  span.textContent = text;
  Object.assign(span.style, found);
  return span;
}
