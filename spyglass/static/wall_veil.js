// Projection: what the server says of the class, without names and without what students wrote. Pure, but for the switch.

const somebody = (name) => name && "somebody";
const need = (one) => ({ ...one, name: one.id, visited: "" });
const request = (one) => ({
  ...one, name: one.id, question: "…", visited: "", by: somebody(one.by), closed: one.closed && "closed",
});
const notice = (one) => ({ ...one, by: "a teacher", to: one.to === "everybody" ? one.to : "some", missing: [] });

/** By the kind of what is said; of other kinds nothing names anybody. */
export const veils = {
  tile: (one) => ({
    ...one, name: one.id, reason: one.asked ? "" : one.reason, watchers: one.watchers.map(somebody),
    typists: one.typists.map(somebody), asked: one.asked && { ...one.asked, by: somebody(one.asked.by) },
  }),
  class: (said) => ({ ...said, needs: said.needs.map(need) }),
  queue: (said) => ({ ...said, paused: said.paused && "A teacher", requests: said.requests.map(request) }),
  notices: (said) => ({
    ...said, people: said.people.map(({ id }) => ({ id, name: id })), notices: said.notices.map(notice),
    eyes: said.eyes && { ...said.eyes, by: "A teacher" },
  }),
  shown: (said) => ({ ...said, who: said.id, asked_name: said.asked }),
};

/** The handlers of a page, veiled if this browser's teacher wants that; his switch. */
export function veiled(handlers, store) {
  const is = store.get("veiled") === true;
  const button = document.getElementById("veil");
  button.setAttribute("aria-pressed", String(is));
  document.getElementById("veiled").hidden = !is;
  button.addEventListener("click", () => {
    store.put("veiled", !is);
    location.reload(); // so that no name is left anywhere on the page
  });
  if (!is) return handlers;
  const through = ([kind, handler]) => [kind, (said) => handler(veils[kind] ? veils[kind](said) : said)];
  return Object.fromEntries(Object.entries(handlers).map(through));
}
