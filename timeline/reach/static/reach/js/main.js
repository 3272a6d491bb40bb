// Starts what reaches people outside the pages: the installed app and its notifications.

import { startAppBadge, startInstall, startWorker } from "./install.js";
import { startPush } from "./push.js";

startWorker();
startInstall();
startAppBadge();
startPush();
