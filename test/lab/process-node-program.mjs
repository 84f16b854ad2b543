/**
 * A program that behaves towards the process node as a Flux controller does: flags in pflag's manner, listeners whose
 * ports are flags, a health endpoint, KUBECONFIG. It answers what it was started with, and ends on /crash.
 */
import { createServer } from "node:http";

const args = process.argv.slice(2);
if (args.includes("--help")) {
  console.log(`Usage of program:
      --health-addr string    The address the health endpoint binds to. (default ":9440")
      --storage-addr string   The address the server binds to. (default ":9090")
      --storage-path string   The folder. (default "/data")`);
  process.exit(0);
}

const value = (name) => args.findLast((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
const listen = (name, port, answer) => {
  const [host, own] = (value(name) ?? `0.0.0.0:${port}`).split(":");
  createServer(answer).listen(Number(own), host);
};

listen("health-addr", 9440, (_request, response) => response.end("ok"));
listen("storage-addr", 9090, (request, response) => {
  if (request.url === "/crash") {
    console.log("asked to crash");
    process.exit(3);
  }
  response.end(JSON.stringify({ args, env: process.env, pid: process.pid }));
});
process.on("SIGTERM", () => process.exit(0));
console.log("the program has started");
