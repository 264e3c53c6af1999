// Where the class is: the picture and the table are drawn by the server, and taken anew when something has changed.

import { follow, renew } from "./page.js";

follow({ tasks: () => renew("count", "picture", "rows") });
