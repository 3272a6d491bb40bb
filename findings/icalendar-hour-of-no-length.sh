#!/usr/bin/env bash
# When clocks change, two calendar libraries let an event of one hour last no time, or end before it begins.
#
# Versions:  icalendar 7.3.2 with tzdata 2026.6 (Python), ical.js 2.2.1 (Node).
# Behaviour: Events in Berlin have a start with a time zone and a DURATION. The change of the clock has to be added to
#            or subtracted from it (RFC 5545, 3.3.6): an hour is an hour. Both libraries add it to the clock on the
#            wall. Two hours from 01:30 last three hours in autumn and one in spring. In ical.js one hour from 01:30
#            lasts two in autumn, and in spring the event ends at the moment it starts. A start that exists twice is
#            the first one, and a start that does not exist uses the offset before the change (3.3.5). ical.js takes
#            the second one, and a moment that is an hour too early. In icalendar the event whose start does not exist
#            ends before it begins. Both read DTSTART and DTEND in UTC rightly.
# Guess:     Both libraries say the minutes of DURATION, from the start that 3.3.5 says.
# Seen:      minutes, right / icalendar / ical.js: autumn, 1 h 60 / 60 / 120; spring, 1 h 60 / 60 / 0; autumn, 2 h 120
#            / 180 / 180; spring, 2 h 120 / 60 / 60; 30 min from the hour that exists twice 30 / 90 / 30; from the one
#            that does not 30 / -30 / 30. Starts in UTC of the last two: 00:30 / 00:30 / 01:30 and 01:30 / 01:30 /
#            00:30.
# Date:      2026-11-29
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet icalendar==7.3.2 tzdata==2026.6
npm install --silent --no-audit --no-fund ical.js@2.2.1

cat >head.ics <<'ICS'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example.org//night//EN
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:19810329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
ICS

calendar() { # calendar NAME START END-LINE: writes NAME.ics with one event
    {
        cat head.ics
        printf '%s\n' BEGIN:VEVENT UID:night@example.org DTSTAMP:20260101T000000Z "DTSTART$2" "$3"
        printf '%s\n' END:VEVENT END:VCALENDAR
    } | sed 's/$/\r/' >"$1.ics"
}
calendar usual ";TZID=Europe/Berlin:20261024T013000" DURATION:PT1H
calendar autumn-1h ";TZID=Europe/Berlin:20261025T013000" DURATION:PT1H
calendar spring-1h ";TZID=Europe/Berlin:20260329T013000" DURATION:PT1H
calendar autumn-2h ";TZID=Europe/Berlin:20261025T013000" DURATION:PT2H
calendar spring-2h ";TZID=Europe/Berlin:20260329T013000" DURATION:PT2H
calendar twice ";TZID=Europe/Berlin:20261025T023000" DURATION:PT30M
calendar never ";TZID=Europe/Berlin:20260329T023000" DURATION:PT30M
calendar autumn-utc :20261024T233000Z DTEND:20261025T003000Z
calendar spring-utc :20260329T003000Z DTEND:20260329T013000Z

cat >read.mjs <<'NODE'
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

for (const name of process.argv.slice(2)) {
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(`${name}.ics`, "utf8")));
  const zone = calendar.getFirstSubcomponent("vtimezone");
  ICAL.TimezoneService.register(zone.getFirstPropertyValue("tzid"), new ICAL.Timezone(zone));
  const event = new ICAL.Event(calendar.getFirstSubcomponent("vevent"));
  const [start, end] = [event.startDate, event.endDate].map((time) => time.toJSDate());
  console.log(name, start.toISOString().slice(11, 16), (end - start) / 60000);
}
NODE
names="usual autumn-1h spring-1h autumn-2h spring-2h twice never autumn-utc spring-utc"
# shellcheck disable=SC2086
node read.mjs $names >javascript.txt
# shellcheck disable=SC2086
venv/bin/python - $names >python.txt <<'PYTHON'
import sys
from datetime import UTC
from pathlib import Path

from icalendar import Calendar

for name in sys.argv[1:]:
    [event] = Calendar.from_ical(Path(f"{name}.ics").read_bytes()).walk("VEVENT")
    start, end = event.start.astimezone(UTC), event.end.astimezone(UTC)
    print(name, f"{start:%H:%M}", round((end - start).total_seconds() / 60))
PYTHON
cat >before.txt <<'SEEN'
usual 23:30 60 | usual 23:30 60
autumn-1h 23:30 60 | autumn-1h 23:30 120
spring-1h 00:30 60 | spring-1h 00:30 0
autumn-2h 23:30 180 | autumn-2h 23:30 180
spring-2h 00:30 60 | spring-2h 00:30 60
twice 00:30 90 | twice 01:30 30
never 01:30 -30 | never 00:30 30
autumn-utc 23:30 60 | autumn-utc 23:30 60
spring-utc 00:30 60 | spring-utc 00:30 60
SEEN
paste -d'|' python.txt javascript.txt | sed 's/|/ | /' >now.txt
echo "event, start (UTC), minutes: icalendar | ical.js"
cat now.txt
diff before.txt now.txt || { echo "changed: icalendar or ical.js reads the nights of the change otherwise" >&2; exit 1; }
