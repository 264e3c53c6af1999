// How a terminal looks, as this browser remembers it: colours, and whether a screen reader reads it.

const [THEME, READER] = ["spyglass.theme", "spyglass.screenReader"];

const DARK = {
  background: "#101615", foreground: "#e3ebe9", cursor: "#5eead4", cursorAccent: "#101615",
  selectionBackground: "#2f6f68", black: "#1d2624", red: "#ff7b72", green: "#6fdd8b", yellow: "#f2cc60",
  blue: "#79b8ff", magenta: "#d2a8ff", cyan: "#5eead4", white: "#c9d5d2", brightBlack: "#7f918d",
  brightRed: "#ffa198", brightGreen: "#8df0a6", brightYellow: "#ffe08a", brightBlue: "#a5d0ff",
  brightMagenta: "#e2c5ff", brightCyan: "#99f6e4", brightWhite: "#ffffff",
};

const THEMES = {
  dark: DARK,
  light: {
    background: "#ffffff", foreground: "#1b2422", cursor: "#0f766e", cursorAccent: "#ffffff",
    selectionBackground: "#b6dfd8", black: "#1b2422", red: "#b42318", green: "#0f7b3d", yellow: "#8a5a00",
    blue: "#1d4ed8", magenta: "#7e22ce", cyan: "#0e7490", white: "#52625f", brightBlack: "#6b7b78",
    brightRed: "#d92d20", brightGreen: "#15803d", brightYellow: "#a16207", brightBlue: "#2563eb",
    brightMagenta: "#9333ea", brightCyan: "#0891b2", brightWhite: "#1b2422",
  },
  // The colours of Okabe and Ito, lightened for a dark ground: red is orange and green is blue-green, and they differ in
  // lightness, too.
  distinct: {
    ...DARK, red: "#ff9d5c", green: "#35c9a5", yellow: "#f5e663", blue: "#6fb7f2", magenta: "#e6a5cb", cyan: "#8fd3ff",
    brightRed: "#ffbd8f", brightGreen: "#74e6cb", brightYellow: "#fbf2a0", brightBlue: "#a3d2f9",
    brightMagenta: "#f3c9e1", brightCyan: "#bfe6ff",
  },
  contrast: {
    ...DARK, background: "#000000", foreground: "#ffffff", cursor: "#ffff00", cursorAccent: "#000000",
    selectionBackground: "#0055ff", white: "#ffffff", brightBlack: "#c0c0c0",
  },
};
const CONTRAST = { contrast: 7 }; // else 4.5, the least for text

export const themeOf = (name) => THEMES[name] ?? DARK;

/** The terminal as it was left; the controls of the page, where there are some, change it. */
export function dress(terminal, stage) {
  const [themes, reader] = [document.getElementById("look-theme"), document.getElementById("look-reader")];
  const wear = () => {
    const name = localStorage.getItem(THEME);
    terminal.options.theme = themeOf(name);
    terminal.options.minimumContrastRatio = CONTRAST[name] ?? 4.5;
    terminal.options.screenReaderMode = localStorage.getItem(READER) === "yes";
    stage.style.setProperty("--terminal", themeOf(name).background);
  };
  wear();
  if (!themes) return;
  themes.value = localStorage.getItem(THEME) in THEMES ? localStorage.getItem(THEME) : "dark";
  reader.checked = localStorage.getItem(READER) === "yes";
  themes.addEventListener("change", () => {
    localStorage.setItem(THEME, themes.value);
    wear();
  });
  reader.addEventListener("change", () => {
    localStorage.setItem(READER, reader.checked ? "yes" : "no");
    wear();
  });
}
