// Starts the timeline's part of every page.

import { startBadges } from "./badges.js";
import { startComposer } from "./composer.js";
import { startFleets } from "./fleets.js";
import { startInbox } from "./inbox.js";
import { startLinkButtons } from "./link-buttons.js";
import { startNewPosts } from "./new-posts.js";
import { startNotifications } from "./notifications.js";
import { startPostActions } from "./post-actions.js";
import { startSpaceCards } from "./space-cards.js";

startBadges();
startComposer();
startFleets();
startInbox();
startLinkButtons();
startNewPosts();
startNotifications();
startPostActions();
startSpaceCards();
