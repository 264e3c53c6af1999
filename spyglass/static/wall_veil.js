// Projection: what the server says of the class, without names and without what students wrote. Pure.

/** A seat as its tile shows it. */
export const tile = (one) => ({
  ...one, name: one.id, group: one.group, reason: one.asked ? "" : one.reason, watchers: one.watchers.map(() => "somebody"),
  typists: one.typists.map(() => "somebody"), asked: one.asked && { ...one.asked, by: one.asked.by && "somebody" },
});

/** Who is stuck. */
export const need = (one) => ({ ...one, name: one.id, visited: "" });

/** The help queue. */
export const queue = (said) => ({
  ...said, paused: said.paused && "A teacher",
  requests: said.requests.map((one) => ({
    ...one, name: one.id, question: "…", visited: "", by: one.by && "somebody", closed: one.closed && "closed",
  })),
});

/** The notices: to whom, and who has not read them. */
export const notices = (said) => ({
  ...said, people: said.people.map(({ id }) => ({ id, name: id })), eyes: said.eyes && { ...said.eyes, by: "A teacher" },
  notices: said.notices.map((one) => ({ ...one, by: "a teacher", to: one.to === "everybody" ? one.to : "some", missing: [] })),
});

/** What everybody is shown. */
export const shown = (said) => ({ ...said, who: said.id, asked_name: said.asked });
