#!/usr/bin/env bash
# A weekly event written by icalendar with its own time zone stands an hour too late in ical.js, from spring to autumn.
#
# Versions:  icalendar 7.3.2 with tzdata 2026.6 (Python), ical.js 2.2.1 (Node).
# Behaviour: icalendar's `add_missing_timezones()` writes the summer time of a VTIMEZONE as one RDATE property with many
#            dates. ical.js reads the first date of that property and no other, so summer time began once, decades ago,
#            and winter time, which it also knows once, decides for today. A weekly event at 20:00 in Berlin starts at
#            19:00 UTC on each of 52 days. The same file with each date in an RDATE property of its own is read rightly.
#            Both ways of writing are valid (RFC 5545, 3.8.5.2). Neither library says anything.
# Guess:     The July events are at 18:00 UTC: calendar files are what these two libraries are for.
# Seen:      Berlin: as written 19:00 UTC in January and 19:00 in July; a line for each date: 19:00 and 18:00.
#            Chicago: as written 02:00 and 02:00; a line for each date: 02:00 and 01:00.
# Date:      2026-11-28
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet icalendar==7.3.2 tzdata==2026.6
npm install --silent --no-audit --no-fund ical.js@2.2.1

venv/bin/python - <<'PYTHON'
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar


def weekly(zone):
    calendar, event = icalendar.Calendar(), icalendar.Event()
    calendar.add("prodid", "-//example.org//weekly//EN")
    calendar.add("version", "2.0")
    event.add("uid", "weekly@example.org")
    event.add("dtstamp", datetime(2026, 1, 1, tzinfo=UTC))
    event.add("dtstart", datetime(2026, 1, 8, 20, tzinfo=ZoneInfo(zone)))
    event.add("duration", timedelta(hours=1))
    event.add("rrule", {"freq": "weekly"})
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical().decode()


def a_line_for_each_date(text):
    unfolded = text.replace("\r\n ", "")
    return re.sub(r"RDATE:(\S+)", lambda found: "\r\n".join(f"RDATE:{d}" for d in found[1].split(",")), unfolded)


for zone in ("Europe/Berlin", "America/Chicago"):
    name, text = zone.split("/")[1], weekly(zone)
    Path(f"{name}.as-written.ics").write_text(text, newline="")
    Path(f"{name}.a-line-each.ics").write_text(a_line_for_each_date(text), newline="")
PYTHON

cat >read.mjs <<'NODE'
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

function hours(file) {
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(file, "utf8")));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(zone.getFirstPropertyValue("tzid"), new ICAL.Timezone(zone));
  }
  const found = { 1: new Set(), 7: new Set() };
  const days = new ICAL.Event(calendar.getFirstSubcomponent("vevent")).iterator();
  for (let day = days.next(); day.year === 2026; day = days.next()) {
    found[day.month]?.add(day.toJSDate().toISOString().slice(11, 16));
  }
  ICAL.TimezoneService.reset();
  return [1, 7].map((month) => [...found[month]].join("/")).join(" ");
}

let changed = false;
for (const [city, wrong, right] of [["Berlin", "19:00 19:00", "19:00 18:00"], ["Chicago", "02:00 02:00", "02:00 01:00"]]) {
  const [written, each] = ["as-written", "a-line-each"].map((kind) => hours(`${city}.${kind}.ics`));
  console.log(`${city}: UTC in January and July: as written ${written}, a line for each date ${each}; right is ${right}`);
  changed ||= written !== wrong || each !== right;
}
if (changed) {
  console.error("changed: icalendar or ical.js does it otherwise now");
  process.exitCode = 1;
}
NODE
node read.mjs
