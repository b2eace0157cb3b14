// A full node of Bitcoin on a chain of its own (regtest), in memory: `node main.cjs RPC-PORT PASSWORD P2P-PORT [PEER-PORT]`. Any user name
// goes with that password. Prints "listening" when it answers.

process.env.NODE_BACKEND = "js";
const { FullNode } = require("bcoin");

const [port, password, p2pPort, peerPort] = process.argv.slice(2);

async function main() {
  const node = new FullNode({
    network: "regtest",
    memory: true,
    listen: true,
    host: "127.0.0.1",
    port: Number(p2pPort),
    publicHost: "127.0.0.1",
    publicPort: Number(p2pPort),
    // Nobody else is to be found; a port that nobody listens at stands for nobody.
    only: [`127.0.0.1:${peerPort ?? 1}`],
    maxOutbound: 1,
    httpHost: "127.0.0.1",
    httpPort: Number(port),
    apiKey: password,
  });
  await node.ensure();
  await node.open();
  await node.connect();
  node.startSync();
  process.stdout.write("listening\n");
}

void main();
