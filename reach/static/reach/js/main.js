// What reaches people outside the pages: the installed app and its notifications.

import { startAppBadge, startInstall, startWorker } from "./install.js";

startWorker();
startInstall();
startAppBadge();
