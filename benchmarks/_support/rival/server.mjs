// The rival in another language: Node with `ws`, one Redis subscription, the frame made once for all sockets.
// node server.mjs PORT REDIS_PORT CHANNEL

import net from "node:net";
import { WebSocketServer } from "ws";

const [port, redisPort, channel] = process.argv.slice(2);
const server = new WebSocketServer({ host: "127.0.0.1", port: Number(port), perMessageDeflate: false });
const redis = net.connect(Number(redisPort), "127.0.0.1");
redis.setNoDelay();
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
