// The names of the roles as pages show them.

import { gettext } from "../lib/i18n.js";

const NAMES = { host: gettext("Host"), cohost: gettext("Co-host"), speaker: gettext("Speaker"), listener: gettext("Listener"), asked: gettext("Asked to be a co-host") };

/** Returns the name of a role. The co-host in charge while the host is away is the acting host. */
export function roleName(role, { isActing = false } = {}) {
  return isActing ? gettext("Acting host") : NAMES[role];
}
