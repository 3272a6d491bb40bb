// The rival in another language: Node with `ws`, one Redis subscription, the frame made once for all sockets.
// node server.mjs PORT CHANNEL, with REDIS_URL in the environment

import net from "node:net";
import { WebSocketServer } from "ws";

const [port, channel] = process.argv.slice(2);
const server = new WebSocketServer({ host: "127.0.0.1", port: Number(port), perMessageDeflate: false });
const address = new URL(process.env.REDIS_URL);
const redis = net.connect(Number(address.port), address.hostname);
redis.setNoDelay();
if (address.password) redis.write(`AUTH ${address.password}\r\n`);
redis.write(`SUBSCRIBE ${channel}\r\n`);

// RESP: *3, then three bulk strings; what is published is the third and holds no line end.
let received = "";
redis.on("data", (data) => {
  received += data.toString();
  for (let end; (end = received.indexOf(`message\r\n`)) >= 0; ) {
    const lines = received.slice(end).split("\r\n");
    if (lines.length < 6) return;
    const text = lines[4];
    received = received.slice(end + lines.slice(0, 5).join("\r\n").length + 2);
    for (const socket of server.clients) socket.send(text);
  }
});
