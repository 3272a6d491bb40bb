"""The rules of a Space: who may do what. Services ask them; pages, sockets and APIs reach them through services.

`table` is the one table of actions. Beside it stand the rules that need other facts than a standing: `entry`,
`hosting`, `captions` and `operators`. `standing` says what a person is in a Space, `errors` words the refusals, and
`powers` is the table of what moderators may do.
"""

from spaces.rules.captions import require_captionable, require_captions, require_consent
from spaces.rules.entry import (
    asking_obstacle,
    may_be_given_mic,
    require_cohost_place,
    require_invited_to_cohost,
    require_invited_to_speak,
    require_may_cohost,
    require_may_speak,
    require_not_blocked,
    require_not_removed,
    require_open,
)
from spaces.rules.errors import (
    login_required,
    not_in_space,
    replaced,
    target_gone,
    voice_from_software,
    wrong_state,
)
from spaces.rules.hosting import hosting_obstacle, require_hosting, require_may_be_host
from spaces.rules.operators import require_operable, require_operator
from spaces.rules.recording import (
    AGREEMENT,
    AGREEMENT_VERSION,
    require_agreeable,
    require_recordable,
    require_recorded,
)
from spaces.rules.standing import ANONYMOUS, Actor, Anonymous, Standing, standing
from spaces.rules.table import (
    RULES,
    Action,
    Rule,
    Sight,
    admits_anonymous,
    admits_guests,
    allowed,
    obstacle,
    require,
    require_account_or_public,
    sight,
)

__all__ = [
    "AGREEMENT",
    "AGREEMENT_VERSION",
    "ANONYMOUS",
    "RULES",
    "Action",
    "Actor",
    "Anonymous",
    "Rule",
    "Sight",
    "Standing",
    "admits_anonymous",
    "admits_guests",
    "allowed",
    "asking_obstacle",
    "hosting_obstacle",
    "login_required",
    "may_be_given_mic",
    "not_in_space",
    "obstacle",
    "replaced",
    "require",
    "require_account_or_public",
    "require_agreeable",
    "require_captionable",
    "require_captions",
    "require_cohost_place",
    "require_consent",
    "require_hosting",
    "require_invited_to_cohost",
    "require_invited_to_speak",
    "require_may_be_host",
    "require_may_cohost",
    "require_may_speak",
    "require_not_blocked",
    "require_not_removed",
    "require_open",
    "require_operable",
    "require_operator",
    "require_recordable",
    "require_recorded",
    "sight",
    "standing",
    "target_gone",
    "voice_from_software",
    "wrong_state",
]
