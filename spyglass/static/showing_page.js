// What is shown, in a window of its own.

import { Panel } from "./showing_panel.js";

new Panel().open();
