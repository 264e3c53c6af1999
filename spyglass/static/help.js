// The queue alone, for somebody who walks around with a phone.

import { Queue } from "./help_queue.js";
import { follow, speaker } from "./page.js";

const byId = (id) => document.getElementById(id);
const queue = new Queue(byId("main").dataset.person, speaker(byId("said")));

follow(
  {
    queue: (said) => {
      queue.show(said);
      byId("nobody").hidden = said.requests.length > 0;
    },
  },
  { address: "/wall/events", unseen: true },
);
