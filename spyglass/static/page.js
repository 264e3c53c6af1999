// What the pages share that show what goes on: one stream of events each, and changes only where something changed.

const AGAIN = 4000; // milliseconds until a stream that was refused is tried again
const GAP = 6; // pixels between a button and its panel
const TOGETHER = 200; // milliseconds: what is said within them is read out as one

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function element(name, className, ...children) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...children);
  return made;
}

export function button(className, ...children) {
  const made = element("button", className, ...children);
  made.type = "button";
  return made;
}

// The page of somebody's terminal, for a teacher.
export const addressOf = ({ id }) => `/watch/${encodeURIComponent(id)}`;

// His own page, for a teacher.
export const pageOf = ({ id }) => `/students/${encodeURIComponent(id)}`;

// A panel opens right below its button.
export function below(opener, panel) {
  panel.addEventListener("beforetoggle", () => {
    const { left, bottom } = opener.getBoundingClientRect();
    panel.style.setProperty("--left", `${left}px`);
    panel.style.setProperty("--top", `${bottom + GAP}px`);
  });
}

// Says into a role=status. What is written over at once would not be read.
export function speaker(region) {
  let texts = [];
  return (text) => {
    texts.push(text);
    if (texts.length > 1) return;
    setTimeout(() => {
      region.textContent = texts.join(". ");
      texts = [];
    }, TOGETHER);
  };
}

// Whether the session has ended; no while there is no line to ask over.
export async function signedOut() {
  const answer = await fetch("/session", { cache: "no-store" }).catch(() => null);
  return answer?.status === 401;
}

// Calls the handler of each kind with its value: at once with everything, then with what has changed. Not while nobody
// sees the page, but where `unseen`. `quiet`: the page has its own words for a line that is lost. Comes back: what ends it.
export function follow(handlers, { address = `/events?of=${Object.keys(handlers)}`, unseen = false, quiet = false } = {}) {
  let source = null;
  let later = 0;
  let isOver = false;

  function close() {
    clearTimeout(later);
    source?.close();
    source = null;
  }

  function open() {
    close();
    const mine = new EventSource(address);
    source = mine;
    for (const [kind, show] of Object.entries(handlers)) {
      mine.addEventListener(kind, ({ data }) => show(JSON.parse(data)));
    }
    mine.addEventListener("open", () => quiet || lost(false));
    mine.addEventListener("error", () => {
      if (mine === source) refused(mine);
    });
  }

  // A line that was cut the browser opens again by itself; an answer that is no stream it takes for the last word.
  async function refused(mine) {
    if (!quiet) lost(true);
    if (mine.readyState !== EventSource.CLOSED) return;
    if (!isOver) later = setTimeout(open, AGAIN);
    if (!(await signedOut())) return;
    if (quiet) close();
    else location.assign("/sign-in");
  }

  function turn() {
    if (isOver) return;
    if (document.hidden && !unseen) close();
    else if (!source) open();
  }

  document.addEventListener("visibilitychange", turn);
  turn();
  return () => {
    isOver = true;
    close();
  };
}

function lost(is) {
  document.getElementById("lost").hidden = !is;
}

// Takes parts of the page anew from the server, which drew them; what has the focus or was scrolled is around them.
export async function renew(...ids) {
  const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return; // the stream says so, too, and what to do
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ids) {
    const [old, part] = [document.getElementById(id), page.getElementById(id)];
    if (!old !== !part) return location.reload(); // the page has another shape now
    old?.replaceChildren(...part.childNodes);
  }
}
