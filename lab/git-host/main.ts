/**
 * Runs the lab's Git hosts, a GitHub and a GitLab, each with repositories, accounts and addresses of its own:
 * `node lab/git-host/main.ts --data DIR --http-port N --ssh-port N --gitlab-http-port N --gitlab-ssh-port N --owner NAME [--owner …]`
 *
 * Each owner is an organisation of the one, and a group of the other, whose data are in the folder `gitlab` of the other's.
 * Writes the access logs to stdout, `ready http://… ssh://… http://… ssh://…` among it when both serve.
 * Ends on SIGTERM and SIGINT.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createGitHost } from "./git-host.ts";
import { createGitLabHost } from "./gitlab/gitlab-host.ts";
import type { HostOptions } from "./host-server.ts";

try {
  const { github, gitlab } = readFlags(process.argv.slice(2));
  const hosts = await Promise.all([createGitHost(github), createGitLabHost(gitlab)]);
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    Promise.all(hosts.map((host) => host.close())).then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  console.log(["ready", ...hosts.flatMap(({ url, sshUrl }) => [url, sshUrl])].join(" "));
} catch (error) {
  fail(error);
}

/** @throws with every problem at once */
function readFlags(args: readonly string[]): { github: HostOptions; gitlab: HostOptions } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: "string" },
      "http-port": { type: "string" },
      "ssh-port": { type: "string" },
      "gitlab-http-port": { type: "string" },
      "gitlab-ssh-port": { type: "string" },
      owner: { type: "string", multiple: true },
    },
  });
  const problems: string[] = [];
  const port = (flag: "http-port" | "ssh-port" | "gitlab-http-port" | "gitlab-ssh-port"): number => {
    const text = values[flag] ?? "";
    const number = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number <= 65535))
      problems.push(`--${flag}: ${JSON.stringify(text)} is not a port: write 0 to 65535.`);
    return number;
  };
  const { data = "", owner: owners = [] } = values;
  const github = { httpPort: port("http-port"), sshPort: port("ssh-port") };
  const gitlab = { httpPort: port("gitlab-http-port"), sshPort: port("gitlab-ssh-port") };
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
  return {
    github: { ...github, directory: data, owners },
    gitlab: {
      ...gitlab,
      directory: join(data, "gitlab"),
      owners,
      writeLine: (line) => console.log(`gitlab ${line}`),
    },
  };
}

function fail(error: unknown): never {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
