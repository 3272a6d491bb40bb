// The parts of every page, with or without an account: the theme, times in the reader's zone, replays and clips.

import { startClips } from "./clips.js";
import { startLocalTimes } from "./lib/local-times.js";
import { startReplays } from "./replay/start.js";
import { startTheme } from "./lib/theme.js";

startTheme();
startLocalTimes();
startReplays();
startClips();
