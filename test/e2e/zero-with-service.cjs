// A virtual Zero's software: the real agent, and beside it a small service over HTTP and WebSocket, which dies with the Zero.
// Plain JavaScript, for it runs as the board starts it. ZERO_SERVICES has the agent's program and each slot's port, as JSON.

const { spawn } = require("node:child_process");
const { createServer } = require("node:http");
const { basename } = require("node:path");
const { WebSocketServer } = require("ws");

const args = process.argv.slice(2);
const { agent, ports } = JSON.parse(process.env.ZERO_SERVICES);
const slot = basename(args[args.length - 1], ".toml");

// In the same process group: a cut kills both, and its exit is the Zero's.
const child = spawn(process.execPath, [agent, ...args], { stdio: "inherit" });
child.on("exit", (code, signal) => process.exit(signal === null ? code : 1));

const server = createServer((request, response) => {
  response.setHeader("x-slot", slot);
  request.resume();
  request.on("end", () => response.end(`${slot} ${request.url}\n`));
});
new WebSocketServer({ server }).on("connection", (socket) => {
  socket.on("message", (data) => socket.send(`${slot} ${data}`));
});
server.listen(ports[slot], "127.0.0.1");
