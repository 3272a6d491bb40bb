// The waveform: bars as high as the sound is loud, in the colour of the person who talks.

import { voicesOfParts } from "./replay-times.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [240, 100];
/** A bar is never lower than this, so that silence is a line and not a hole. */
const LOWEST = 4;
/** The height of bars before the loudness is known. */
const UNKNOWN = 40;
const FILLED = 0.7;

/** Draw into an `<svg>` whose view box has this width and height. `voices` has the number of each person's colour. */
export function drawWave(svg, { peaks, turns, duration_ms }, voices) {
  const heights = peaks.length ? scaled(peaks) : Array(WIDTH).fill(UNKNOWN);
  const speakers = voicesOfParts(turns, heights.length, duration_ms);
  const paths = new Map();
  heights.forEach((height, at) => {
    const voice = voices.get(speakers[at]) ?? "";
    paths.set(voice, (paths.get(voice) ?? "") + bar(at, heights.length, height));
  });
  svg.replaceChildren(...[...paths].map(([voice, d]) => path(voice, d)));
}

/** Speech is far from full scale: the loudest moment has the full height. */
function scaled(peaks) {
  const loudest = Math.max(...peaks, 1);
  return peaks.map((peak) => Math.max(LOWEST, (peak / loudest) * HEIGHT));
}

function bar(at, count, height) {
  const step = WIDTH / count;
  const round = (number) => Math.round(number * 100) / 100;
  return `M${round(at * step)} ${round((HEIGHT - height) / 2)}h${round(step * FILLED)}v${round(height)}h-${round(step * FILLED)}z`;
}

function path(voice, d) {
  const element = document.createElementNS(SVG, "path");
  if (voice !== "") element.setAttribute("data-voice", voice);
  element.setAttribute("d", d);
  return element;
}
