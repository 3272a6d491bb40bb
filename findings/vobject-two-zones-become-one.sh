#!/usr/bin/env bash
# vobject writes Chicago and Shanghai as one time zone, and the meeting in Shanghai moves by thirteen hours.
#
# Versions:  vobject 0.9.9, python-dateutil 2.9.0.post0, tzdata 2026.6.
# Behaviour: vobject names a VTIMEZONE after the abbreviation of its winter time. Central Standard Time and China Standard
#            Time are both CST: the calendar gets one VTIMEZONE, that of the zone which came first, and both events refer
#            to it. Read back by vobject itself, 20:00 in Shanghai is 20:00 in Chicago. The zone that a process met first
#            stays CST for the life of the process: a calendar of Shanghai alone, written later, is Chicago's, too.
# Guess:     Each zone gets its own VTIMEZONE, named after the tz database; what is written comes back.
# Seen:      Process 1, Chicago then Shanghai: one VTIMEZONE, "CST", Shanghai came back 13 h late; then Shanghai alone:
#            "CST", 13 h late. Process 2, Shanghai then Chicago: one VTIMEZONE, "CST", Chicago came back 13 h early.
# Date:      2026-11-28
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet vobject==0.9.9 python-dateutil==2.9.0.post0 tzdata==2026.6

cat >there_and_back.py <<'PYTHON'
import sys
from datetime import datetime

import vobject
from dateutil.tz import gettz


def there_and_back(zones):
    """Return the names of the time zones, and for each event by how many hours it moved."""
    events = {zone: datetime(2026, 7, 9, 20, tzinfo=gettz(zone)) for zone in zones}
    calendar = vobject.iCalendar()
    for zone, start in events.items():
        event = calendar.add("vevent")
        event.add("summary").value = zone
        event.add("dtstart").value = start
    read = vobject.readOne(calendar.serialize())
    names = [zone.tzid.value for zone in read.vtimezone_list]
    moved = [(event.dtstart.value - events[event.summary.value]).total_seconds() / 3600 for event in read.vevent_list]
    return names, moved


for calendar in sys.argv[1:]:
    names, moved = there_and_back(calendar.split("+"))
    print(calendar, "is written with", *names, "and comes back moved by hours:", *moved)
PYTHON

venv/bin/python there_and_back.py America/Chicago+Asia/Shanghai Asia/Shanghai | tee seen
venv/bin/python there_and_back.py Asia/Shanghai+America/Chicago | tee -a seen

cat >expected <<'END'
America/Chicago+Asia/Shanghai is written with CST and comes back moved by hours: 0.0 13.0
Asia/Shanghai is written with CST and comes back moved by hours: 13.0
Asia/Shanghai+America/Chicago is written with CST and comes back moved by hours: 0.0 -13.0
END
cmp --silent expected seen || { echo "changed: vobject keeps time zones apart, or names them otherwise"; exit 1; }
