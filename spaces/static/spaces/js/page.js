// What every page has, a visitor's too: the theme, and times in the reader's zone.

import { startLocalTimes } from "./local-times.js";
import { startTheme } from "./theme.js";

startTheme();
startLocalTimes();
