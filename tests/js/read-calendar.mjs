// Prints the events of the calendar on standard input, by ical.js: `[[uid, start, end, summary], ...]`, in seconds.

import ICAL from "ical.js";
import { readFileSync } from "node:fs";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
const events = calendar.getAllSubcomponents("vevent").map((component) => new ICAL.Event(component));
const times = (event) => [event.startDate.toUnixTime(), event.endDate.toUnixTime()];
process.stdout.write(JSON.stringify(events.map((event) => [event.uid, ...times(event), event.summary])));
