// The page that tests a connection: each check ends with one line that says what to do.

import { gettext } from "../lib/i18n.js";
import { part, setText } from "../lib/dom.js";
import { Socket } from "../lib/socket.js";
import { Canceled, MicrophoneError, openMicrophone } from "../room/microphone.js";
import { ListenPeer, NO_WEBRTC, hasWebRtc } from "../room/peer.js";

const OPEN_WITHIN = 7_000;
const FOUND_WITHIN = 10_000;
/** A clock that differs by more shows wrong times. Codes of authenticator apps fail from 30 seconds on. */
const CLOCK_DIFFERS = 20_000;
/** The error of an ICE server that cannot be reached (W3C WebRTC, 5.7.3). */
const UNREACHABLE = 701;

const State = Object.freeze({ RUNS: "runs", OK: "ok", WARN: "warn", BAD: "bad", NONE: "none" });

const WORDS = {
  [State.RUNS]: gettext("is being tested …"),
  [State.OK]: "works.",
};

const ONLY_RELAY = gettext("Your network lets no UDP through. The sound takes the relay, which works, with a little more delay.");
const NO_RELAY = gettext("This site has no relay (TURN), so networks that block UDP get no sound. Who runs the site sets TURN_PORT.");

export class ConnectionTest {
  #root;
  #socket = null;
  #servers = [];
  #found = {};

  constructor(root) {
    this.#root = root;
    part(root, "again").addEventListener("click", () => this.run());
    part(root, "try-microphone").addEventListener("click", () => this.#tryMicrophone());
  }

  /** Run all checks. Those that do not need each other run at once. */
  async run() {
    part(this.#root, "again").hidden = true;
    this.#found = {};
    this.#say(gettext("The connection is being tested …"));
    this.#lookForMicrophone();
    try {
      if (await this.#openSocket()) await this.#overSocket();
      else for (const name of ["clock", "stun", "udp", "tcp", "tls", "direct", "relayed"]) this.#tell(name, State.NONE, gettext("was not tested."));
    } finally {
      this.#socket?.close();
      this.#socket = null;
      this.#conclude();
    }
  }

  async #overSocket() {
    await this.#compareClocks();
    if (!hasWebRtc()) return this.#withoutWebRtc();
    this.#servers = await this.#askServers();
    await Promise.all([this.#stun(), this.#relay("udp"), this.#relay("tcp"), this.#relay("tls"), this.#sound()]);
  }

  #withoutWebRtc() {
    for (const name of ["stun", "udp", "tcp", "tls", "relayed"]) this.#tell(name, State.NONE, gettext("was not tested."));
    this.#tell("direct", State.BAD, NO_WEBRTC);
  }

  // --- the server -----------------------------------------------------------------------------------------------------

  async #openSocket() {
    this.#tell("socket", State.RUNS);
    let gone = "";
    const isOpen = await new Promise((resolve) => {
      setTimeout(() => resolve(false), OPEN_WITHIN);
      const onGone = ({ message }) => resolve(((gone = message), false));
      this.#socket = new Socket("/ws/connection", { onOpen: () => resolve(true), onGone });
      this.#socket.open();
    });
    if (isOpen) this.#tell("socket", State.OK);
    else this.#tell("socket", State.BAD, gone || gettext("does not open. Your network, an extension of the browser, or the proxy of the site blocks WebSockets."));
    return isOpen;
  }

  async #compareClocks() {
    this.#tell("clock", State.RUNS);
    const before = Date.now();
    const { now } = await this.#socket.request("ping").catch(() => ({ now: null }));
    if (now === null) return this.#tell("clock", State.BAD, gettext("could not be compared: the server did not answer."));
    const ahead = (before + Date.now()) / 2 - Date.parse(now);
    if (Math.abs(ahead) < CLOCK_DIFFERS) return this.#tell("clock", State.OK, gettext("agrees with the server."));
    const seconds = Math.round(Math.abs(ahead) / 1000);
    return this.#tell("clock", State.WARN, ahead > 0
      ? gettext("is {seconds} s ahead of the server. Let this device set its clock by the network.", { seconds })
      : gettext("is {seconds} s behind the server. Let this device set its clock by the network.", { seconds }));
  }

  async #askServers() {
    const { ice_servers: servers } = await this.#socket.request("audio.servers").catch(() => ({ ice_servers: [] }));
    return servers;
  }

  // --- the relay ------------------------------------------------------------------------------------------------------

  /** Return the addresses of the relay for one way: `udp`, `tcp` or `tls`. */
  #urls(way) {
    const isOf = {
      udp: (url) => url.startsWith("turn:") && !url.includes("transport=tcp"),
      tcp: (url) => url.startsWith("turn:") && url.includes("transport=tcp"),
      tls: (url) => url.startsWith("turns:"),
    };
    return this.#servers.flatMap(({ urls }) => urls).filter(isOf[way]);
  }

  async #stun() {
    const [url] = this.#urls("udp");
    if (!url) return this.#tell("stun", State.NONE, this.#servers.length > 0 ? gettext("is not offered by this site.") : gettext("was not tested: this site has no relay."));
    this.#tell("stun", State.RUNS);
    const stun = url.replace("turn:", "stun:").split("?")[0];
    const isReached = await gathers({ iceServers: [{ urls: stun }] }, ({ type }) => type === "srflx");
    if (isReached) return this.#tell("stun", State.OK);
    return this.#tell("stun", State.WARN, gettext("does not work: UDP to {place} is blocked on the way.", { place: place(url) }));
  }

  async #relay(way) {
    const urls = this.#urls(way);
    if (urls.length === 0) return this.#tell(way, State.NONE, this.#servers.length > 0 ? gettext("is not offered by this site.") : NO_RELAY);
    this.#tell(way, State.RUNS);
    // Credentials of its own, because the relay counts allocations by them.
    const [server] = await this.#askServers();
    const iceServers = server ? [{ ...server, urls }] : [];
    const isReached = await gathers({ iceServers, iceTransportPolicy: "relay" }, ({ type }) => type === "relay");
    if (isReached) return this.#tell(way, State.OK);
    return this.#tell(way, State.WARN, gettext("does not work: {place} is blocked on the way, or the relay does not run.", { place: place(urls[0]) }));
  }

  // --- the sound ------------------------------------------------------------------------------------------------------

  async #sound() {
    this.#tell("direct", State.RUNS);
    this.#tell("relayed", State.RUNS);
    const direct = await this.#connects({ servers: [] });
    if (this.#servers.length === 0) {
      this.#tell("relayed", State.NONE, NO_RELAY);
    } else {
      const relayed = await this.#connects({ iceTransportPolicy: "relay" });
      if (relayed) this.#tell("relayed", State.OK);
      else this.#tell("relayed", direct ? State.WARN : State.BAD, gettext("does not work. Who runs the site: does TURN_ADDRESS reach the gateway, and does the clock of the relay follow the time?"));
    }
    if (direct) return this.#tell("direct", State.OK);
    if (this.#found.relayed === State.OK) return this.#tell("direct", State.WARN, ONLY_RELAY);
    return this.#tell("direct", State.BAD, gettext("does not work: UDP to the gateway is blocked on the way. Who runs the site: open the ports GATEWAY_RTP_PORTS, and set GATEWAY_PUBLIC_ADDRESS behind NAT."));
  }

  /** Return whether a connection to the gateway comes up. The empty room may be tidied away meanwhile, hence two tries. */
  async #connects({ servers = null, ...configuration }) {
    for (let tries = 0; tries < 2; tries++) {
      const started = performance.now();
      if (await this.#connectsOnce(servers, configuration)) return true;
      if (performance.now() - started > OPEN_WITHIN) return false; // it timed out: nothing comes through
    }
    return false;
  }

  async #connectsOnce(servers, configuration) {
    const signal = (type, fields) => {
      if (type === "audio.servers" && servers) return Promise.resolve({ ice_servers: servers });
      return this.#socket ? this.#socket.request(type, fields) : Promise.reject(new Error("the test is over"));
    };
    const peer = new TestPeer(signal, configuration);
    try {
      await peer.connect();
      return true;
    } catch {
      return false;
    } finally {
      peer.close();
      await this.#socket?.request("audio.close", { target: "listen" }).catch(() => {});
    }
  }

  // --- the microphone -------------------------------------------------------------------------------------------------

  #lookForMicrophone() {
    if (!navigator.mediaDevices?.getUserMedia) {
      return this.#tell("microphone", State.BAD, gettext("is not given to this page. Browsers give it to pages with https only."));
    }
    part(this.#root, "try-microphone").hidden = false;
    return this.#tell("microphone", State.NONE, gettext("is tried when you tap the button."));
  }

  async #tryMicrophone() {
    this.#tell("microphone", State.RUNS);
    try {
      const track = await openMicrophone(AbortSignal.timeout(60_000));
      this.#tell("microphone", State.OK, `works: ${track.label || "a microphone"}.`);
      track.stop();
    } catch (error) {
      const words = error instanceof MicrophoneError ? `${error.message} ${error.advice}` : error instanceof Canceled ? gettext("The question was not answered.") : String(error);
      this.#tell("microphone", State.BAD, words);
    }
  }

  // --- what is said ---------------------------------------------------------------------------------------------------

  #tell(name, state, words = WORDS[state]) {
    const line = this.#root.querySelector(`[data-check="${name}"]`);
    line.dataset.state = state;
    setText(part(line, "says"), words);
    this.#found[name] = state;
  }

  #conclude() {
    part(this.#root, "again").hidden = false;
    const { socket, direct, relayed } = this.#found;
    if (socket !== State.OK) return this.#say(gettext("This site cannot be reached as it should."));
    if (direct === State.OK) return this.#say(gettext("You can hear and speak here."));
    if (relayed === State.OK) return this.#say(gettext("You can hear and speak here, by the relay."));
    if (!hasWebRtc()) return this.#say(gettext("You can listen here, a few seconds late, and not speak."));
    const why = this.#servers.length > 0 ? "" : gettext("It blocks UDP, and this site has no relay.");
    const words = [gettext("No sound gets through your network."), why, gettext("Try another network, or without a VPN.")];
    return this.#say(words.filter(Boolean).join(" "));
  }

  #say(words) {
    setText(part(this.#root, "verdict"), words);
  }
}

/** A listener's connection with a configuration that the servers of the site do not change. */
class TestPeer extends ListenPeer {
  #configuration;

  constructor(signal, configuration) {
    super(signal, new RTCPeerConnection(configuration));
    this.#configuration = configuration;
  }

  async prepare(signal) {
    const { ice_servers: iceServers } = await signal("audio.servers");
    this.connection.setConfiguration({ ...this.#configuration, iceServers });
  }
}

/**
 * Resolve with whether an ICE server was reached. A browser leaves a candidate out that equals one it has, so the end of
 * the search without an error counts too, unless only relayed candidates are searched for.
 */
function gathers(configuration, isIt) {
  const connection = new RTCPeerConnection(configuration);
  connection.createDataChannel("test");
  return new Promise((resolve) => {
    let isRefused = configuration.iceTransportPolicy === "relay";
    setTimeout(() => resolve(false), FOUND_WITHIN);
    connection.onicecandidateerror = ({ errorCode }) => (isRefused ||= errorCode === UNREACHABLE);
    connection.onicecandidate = ({ candidate }) => {
      if (candidate === null) resolve(!isRefused);
      else if (isIt(candidate)) resolve(true);
    };
    connection.setLocalDescription().catch(() => resolve(false));
  }).finally(() => connection.close());
}

/** Return host and port of `turn:host:3478?transport=udp`. */
function place(url) {
  return url.replace(/^turns?:/, "").split("?")[0];
}

const root = document.querySelector("[data-connection-test]");
if (root) new ConnectionTest(root).run();
