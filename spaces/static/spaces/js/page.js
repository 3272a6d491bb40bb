// The parts of every page, with or without an account: the theme, and times in the reader's zone.

import { startLocalTimes } from "./local-times.js";
import { startTheme } from "./theme.js";

startTheme();
startLocalTimes();
