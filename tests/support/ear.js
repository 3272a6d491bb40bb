// What a person at this page hears, measured. tests/support/browser.py installs it before the page's own scripts.

const PLAYER = "#room-audio";
const FFT_SIZE = 4096; // 85 ms at 48 kHz: short against the 500 ms that a mute may take; 12 Hz per bin
const EVERY_MS = 20;

const connections = new Set();
let negotiations = 0;
window.RTCPeerConnection = class extends window.RTCPeerConnection {
  constructor(...options) {
    super(...options);
    connections.add(this);
  }

  setRemoteDescription(...description) {
    negotiations += 1;
    return super.setRemoteDescription(...description);
  }
};

class Ear {
  #context = null;
  #analyser = null;
  #source = null;
  #track = null;

  /** Level of each tone (Hz) right now, in dB of full scale; null where nothing plays. */
  levels(tones) {
    this.#follow(document.querySelector(PLAYER)?.srcObject ?? null);
    if (!this.#track) return tones.map(() => null);
    const spectrum = new Float32Array(this.#analyser.frequencyBinCount);
    this.#analyser.getFloatFrequencyData(spectrum);
    return tones.map((tone) => this.#levelIn(spectrum, tone));
  }

  /** Median level of each tone over some time. */
  async medians(tones, seconds) {
    const samples = [];
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end) {
      samples.push(this.levels(tones));
      await pause();
    }
    return tones.map((_, index) => median(samples.map((levels) => levels[index] ?? -Infinity))).map(finite);
  }

  /** Seconds until the tone is above (or below) a level; null when that takes longer than allowed. */
  async until(tone, { above, level, seconds }) {
    const start = performance.now();
    while (performance.now() < start + seconds * 1000) {
      if ((this.levels([tone])[0] ?? -Infinity) > level === above) return (performance.now() - start) / 1000;
      await pause();
    }
    return null;
  }

  /** The longest time in seconds for which the tone was below a level, of a stretch of time. */
  async longestSilence(tone, { level, seconds }) {
    let [heardAt, longest] = [performance.now(), 0];
    const end = heardAt + seconds * 1000;
    for (let now = heardAt; now < end; now = performance.now()) {
      if ((this.levels([tone])[0] ?? -Infinity) > level) heardAt = now;
      longest = Math.max(longest, now - heardAt);
      await pause();
    }
    return longest / 1000;
  }

  /** RTP packets that arrived at connections still open. */
  async packetsReceived() {
    let packets = 0;
    for (const connection of connections) {
      if (connection.connectionState === "closed") connections.delete(connection);
      else for (const report of (await connection.getStats()).values()) if (report.type === "inbound-rtp") packets += report.packetsReceived;
    }
    return packets;
  }

  /** How often this document has agreed with the gateway on audio: once for each connection, again when one is changed. */
  get negotiations() {
    return negotiations;
  }

  // The player gets another stream when its connection is made again.
  #follow(stream) {
    const track = stream?.getAudioTracks()[0] ?? null;
    if (track === this.#track) return;
    this.#source?.disconnect();
    this.#track = track;
    if (!track) return;
    this.#context ??= new AudioContext();
    this.#analyser = new AnalyserNode(this.#context, { fftSize: FFT_SIZE, smoothingTimeConstant: 0 });
    this.#source = this.#context.createMediaStreamSource(stream);
    this.#source.connect(this.#analyser);
  }

  #levelIn(spectrum, tone) {
    const bin = Math.round((tone * FFT_SIZE) / this.#context.sampleRate);
    return finite(Math.max(...spectrum.subarray(bin - 1, bin + 2)));
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, EVERY_MS));
const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const finite = (level) => (Number.isFinite(level) ? level : null);

window.ear = new Ear();
