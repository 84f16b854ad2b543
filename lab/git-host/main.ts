/**
 * Runs the lab's Git host:
 * `node lab/git-host/main.ts --data DIR --http-port N --ssh-port N --owner ORGANISATION [--owner …]`
 *
 * Writes the access log to stdout, `ready http://… ssh://…` among it when it serves. Ends on SIGTERM and SIGINT.
 */
import { parseArgs } from "node:util";
import { createGitHost, type GitHostOptions } from "./git-host.ts";

try {
  const host = await createGitHost(readFlags(process.argv.slice(2)));
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    host.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  console.log(`ready ${host.url} ${host.sshUrl}`);
} catch (error) {
  fail(error);
}

/** @throws with every problem at once */
function readFlags(args: readonly string[]): GitHostOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: "string" },
      "http-port": { type: "string" },
      "ssh-port": { type: "string" },
      owner: { type: "string", multiple: true },
    },
  });
  const problems: string[] = [];
  const port = (flag: "http-port" | "ssh-port"): number => {
    const text = values[flag] ?? "";
    const number = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number <= 65535))
      problems.push(`--${flag}: ${JSON.stringify(text)} is not a port: write 0 to 65535.`);
    return number;
  };
  const { data = "", owner: owners = [] } = values;
  const [httpPort, sshPort] = [port("http-port"), port("ssh-port")];
  if (data === "") problems.push("--data: not given: write the folder that keeps the host's data.");
  if (owners.length === 0) problems.push("--owner: not given: write the name of an organisation.");
  for (const owner of owners) {
    if (!/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/.test(owner)) {
      problems.push(
        `--owner: ${JSON.stringify(owner)} is not a name: use letters, digits and dashes, 39 at most.`,
      );
    }
  }
  if (problems.length > 0)
    throw new Error(`The Git host cannot start:\n${problems.map((it) => `- ${it}`).join("\n")}`);
  return { directory: data, httpPort, sshPort, owners };
}

function fail(error: unknown): never {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
