// What a patched browser could do: reach the page's own socket, microphone and connections. Installed before its scripts.

const sockets = [];
/** Every message that the page sent to a Space, in order. */
const sent = [];
window.WebSocket = class extends window.WebSocket {
  constructor(...options) {
    super(...options);
    sockets.push(this);
  }

  send(data) {
    if (this.url.includes("/ws/spaces/")) sent.push(JSON.parse(data));
    super.send(data);
  }
};

const microphones = [];
const getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (constraints) => {
  const stream = await getUserMedia(constraints);
  microphones.push(...stream.getAudioTracks());
  return stream;
};

const violations = [];
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => violations.push(`${violatedDirective} ${blockedURI}`));

window.forge = {
  sockets,
  microphones,
  violations,

  /** Sends a command on the page's newest Space socket; resolves with the reply, or with a code when there is none. */
  ask(type, fields = {}) {
    const socket = sockets.findLast(({ url, readyState }) => url.includes("/ws/spaces/") && readyState === WebSocket.OPEN);
    if (!socket) return Promise.resolve({ error: { code: "no_socket" } });
    const id = 1_000_000_000 + Math.floor(Math.random() * 1_000_000_000);
    return new Promise((resolve) => {
      const listen = ({ data }) => JSON.parse(data).re === id && done(JSON.parse(data));
      const done = (reply) => {
        socket.removeEventListener("message", listen);
        resolve(reply);
      };
      socket.addEventListener("message", listen);
      setTimeout(() => done({ error: { code: "no_reply" } }), 5_000);
      socket.send(JSON.stringify({ type, id, ...fields }));
    });
  },

  sent,

  /** Sends every earlier message again, in its order, old descriptions of connections and all, but those named in `but`.
   * Resolves with `[type, code]` of each, `done` where it was not refused. */
  async replay(but) {
    const codes = [];
    for (const { type, id, ...fields } of sent.filter(({ type }) => !but.includes(type))) {
      const reply = await this.ask(type, fields);
      codes.push([type, reply.error?.code ?? "done"]);
    }
    return codes;
  },

  /** A connection with an open microphone, as a speaker's page makes it. Resolves with the server's reply. */
  async speak() {
    const connection = new RTCPeerConnection();
    connection.addTransceiver(await this.microphone(), { direction: "sendrecv" });
    await connection.setLocalDescription();
    const reply = await this.ask("audio.speak", { sdp: connection.localDescription.sdp });
    if (reply.data) await connection.setRemoteDescription({ type: "answer", sdp: reply.data.sdp });
    return reply;
  },

  /** A listener's connection whose answer sends a microphone. Resolves with the server's reply to the answer. */
  async answerSending() {
    const connection = new RTCPeerConnection();
    const { data } = await this.ask("audio.listen");
    await connection.setRemoteDescription({ type: "offer", sdp: data.sdp });
    const [transceiver] = connection.getTransceivers();
    await transceiver.sender.replaceTrack(await this.microphone());
    transceiver.direction = "sendrecv";
    await connection.setLocalDescription();
    // The gateway offers to send only, so that an honest answer never has this direction.
    const sdp = connection.localDescription.sdp.replace(/a=(recvonly|inactive)/, "a=sendrecv");
    return this.ask("audio.answer", { sdp });
  },

  async microphone() {
    const [track] = (await getUserMedia({ audio: true })).getAudioTracks();
    return track;
  },

  /** Connections outlive whatever the page does to them. */
  keepConnections() {
    RTCPeerConnection.prototype.close = () => {};
  },

  /** Opens every microphone of the page, whatever the page thinks of it. */
  openMicrophones() {
    for (const track of microphones) track.enabled = true;
    return microphones.filter(({ readyState }) => readyState === "live").length;
  },
};

/** The mix as it is decoded, sample by sample, where `#room-audio` plays it. */
window.recorder = {
  /** Resolves with `{peak, jump, blocks}`: the loudest sample and the largest step between two neighbours. */
  async measure(seconds) {
    const context = new AudioContext({ sampleRate: 48_000 });
    const source = context.createMediaStreamSource(document.querySelector("#room-audio").srcObject);
    // Not a worklet: its script would have to come from an address that the page's policy allows.
    const tap = context.createScriptProcessor(4096, 1, 1);
    const result = { peak: 0, jump: 0, blocks: 0 };
    tap.onaudioprocess = ({ inputBuffer }) => {
      const samples = inputBuffer.getChannelData(0);
      result.blocks++;
      for (let i = 1; i < samples.length; i++) {
        result.peak = Math.max(result.peak, Math.abs(samples[i]));
        result.jump = Math.max(result.jump, Math.abs(samples[i] - samples[i - 1]));
      }
    };
    source.connect(tap).connect(context.destination);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    await context.close();
    return result;
  },
};
