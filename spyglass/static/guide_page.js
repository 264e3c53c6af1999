// The guide on a page of its own: to read on a phone, or in a second window.

import { handlers as clock } from "./clock.js";
import { handlers as guide } from "./guide.js";
import { handlers as tasks } from "./guide_tasks.js";
import { handlers as help } from "./help_ask.js";
import { handlers as notices } from "./notices.js";
import { follow } from "./page.js";

follow({ ...guide, ...tasks, ...clock, ...help, ...notices });
