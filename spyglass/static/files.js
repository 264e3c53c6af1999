// One's own files: what lies in a folder, loading down, uploading in pieces with their progress.

import { button, element, setText } from "./page.js";
import { send } from "./send.js";

const START = "workshop";
const UNITS = ["bytes", "KiB", "MiB", "GiB"];
const byId = (id) => document.getElementById(id);
let path = START;
let limits = { largest: 0, piece: 0 };

const join = (...parts) => parts.filter(Boolean).join("/");

export function size(bytes) {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < UNITS.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit && value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

/** The panel with the files; it looks when it is opened. */
export function filesIn(panel) {
  panel.addEventListener("toggle", (event) => event.newState === "open" && look(path));
  byId("files-again").addEventListener("click", () => look(path));
  byId("files-choose").addEventListener("click", () => byId("files-input").click());
  byId("files-input").addEventListener("change", ({ target }) => {
    upload([...target.files]);
    target.value = "";
  });
  panel.addEventListener("dragover", (event) => event.preventDefault());
  panel.addEventListener("drop", (event) => {
    event.preventDefault();
    upload([...event.dataTransfer.files]);
  });
}

async function look(folder) {
  const answer = await fetch(`/files?${new URLSearchParams({ path: folder })}`, { cache: "no-store" }).catch(() => null);
  const said = await answer?.json().catch(() => null);
  if (!answer?.ok || !said) {
    problem(said?.message ?? "There is no connection right now. Try again in a moment.");
    if (folder === START) await look("");
    return;
  }
  problem("");
  path = folder;
  limits = said;
  byId("files-more").hidden = said.is_all;
  byId("files-rows").replaceChildren(...said.entries.map(rowOf));
  const parts = path.split("/").filter(Boolean);
  const steps = [["Home", ""], ...parts.map((name, index) => [name, parts.slice(0, index + 1).join("/")])];
  byId("files-path").replaceChildren(...steps.flatMap(([name, place], index) => {
    const step = button("link", name);
    step.addEventListener("click", () => look(place));
    if (place === path) step.setAttribute("aria-current", "true");
    return index ? [" / ", step] : [step];
  }));
  setText(byId("files-said"), `${said.entries.length} files and folders`);
}

function rowOf({ name, is_folder: isFolder, size: bytes, modified }) {
  const place = join(path, name);
  let opens;
  if (isFolder) {
    opens = button("link", `${name}/`);
    opens.addEventListener("click", () => look(place));
  } else {
    opens = element("a", "", name);
    opens.href = `/files/download?${new URLSearchParams({ path: place })}`;
    opens.download = name;
  }
  const at = new Date(1000 * modified);
  return element(
    "tr", "",
    element("td", "file", opens),
    element("td", "number", isFolder ? "" : size(bytes)),
    element("td", "takes", at.toLocaleString([], { dateStyle: "short", timeStyle: "short" })),
  );
}

async function upload(files) {
  const folder = path; // where he may look meanwhile is another matter
  for (const file of files) await one(file, folder);
  await look(path);
}

async function one(file, folder) {
  if (file.size > limits.largest) return problem(`${file.name}: at most ${size(limits.largest)} can be uploaded.`);
  const place = join(folder, file.name);
  const name = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const bar = Object.assign(document.createElement("progress"), { max: Math.max(1, file.size), value: 0 });
  bar.setAttribute("aria-label", `Upload of ${file.name}`);
  const stop = button("quiet", "Stop");
  const line = element("li", "", element("span", "", file.name), bar, stop);
  let isStopped = false;
  stop.addEventListener("click", () => (isStopped = true));
  byId("files-going").append(line);
  let failed = "";
  let at = 0;
  do {
    const query = new URLSearchParams({ path: place, upload: name, at });
    const body = file.slice(at, at + limits.piece);
    failed = await post(`/files/piece?${query}`, body);
    at += body.size;
    bar.value = at;
  } while (!failed && !isStopped && at < file.size);
  if (failed || isStopped) {
    await send("/files/abandon", { path: place, upload: name });
    if (failed) problem(`${file.name}: ${failed}`);
  } else await end(file, place, name, line);
  line.remove();
}

async function post(address, body) {
  const headers = { "Content-Type": "application/octet-stream" };
  const answer = await fetch(address, { method: "POST", headers, body }).catch(() => null);
  if (answer?.ok) return "";
  const said = await answer?.json().catch(() => null);
  return said?.message ?? "The connection was lost. Upload it again.";
}

async function end(file, path, upload, line) {
  const values = { path, upload, size: file.size };
  let { problem: failed, said } = await send("/files/finish", values);
  if (said?.there) {
    if (!(await mayReplace(file, line))) return send("/files/abandon", values);
    ({ problem: failed, said } = await send("/files/finish", { ...values, replace: true }));
  }
  if (failed) {
    problem(`${file.name}: ${failed}`);
    await send("/files/abandon", values);
  } else setText(byId("files-said"), `${file.name} was uploaded${said.kept ? `; the old one is now ${said.kept}` : ""}`);
}

// There is a file of that name: both stay, or none.
function mayReplace(file, line) {
  const [yes, no] = [button("quiet", "Replace, and keep the old one beside it"), button("quiet", "Leave it")];
  line.replaceChildren(element("span", "", `There is a ${file.name} already.`), yes, no);
  yes.focus();
  return new Promise((decide) => {
    yes.addEventListener("click", () => decide(true));
    no.addEventListener("click", () => decide(false));
  });
}

function problem(text) {
  byId("files-problem").hidden = !text;
  setText(byId("files-problem"), text);
}
