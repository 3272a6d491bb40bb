// Checks the WebVTT on standard input with the parser of WebVTT's editors. Prints `{errors, cues}`; a cue is
// `[start, end, voice, text]`, with `voice` null where a part of its text has none.

import { readFileSync } from "node:fs";
import parser from "webvtt-parser";

const entities = JSON.parse(readFileSync(new URL("node_modules/webvtt-parser/html-entities.json", import.meta.url)));
const { cues, errors } = new parser.WebVTTParser(entities).parse(readFileSync(0, "utf8"), "captions");

const text = (node) => (node.type === "text" ? node.value : node.children.map(text).join(""));
const voice = ({ children: [first, ...more] }) => (first?.name === "v" && !more.length ? first.value : null);
const read = (cue) => [cue.startTime, cue.endTime, voice(cue.tree), text(cue.tree)];

process.stdout.write(JSON.stringify({ errors, cues: cues.map(read) }));
