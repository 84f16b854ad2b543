/** `npm run lab -- up | down | reset | status [--json] | logs PART | env` */
import { spawn } from "node:child_process";
import { Progress } from "../toolchain/index.ts";
import { shellLines } from "./environment.ts";
import { explanationOf, LabError } from "./errors.ts";
import { readIfPresent } from "./files.ts";
import { Interrupted, Interruption } from "./interruption.ts";
import { down, openLab, reset, up } from "./lab.ts";
import { labPaths, type LabPaths } from "./paths.ts";
import { readPorts } from "./ports.ts";
import { labStatus, logFile, statusText } from "./status.ts";

const usage = `Usage: npm run lab -- COMMAND

  up              start the lab: a cluster, a Git host, a Pulumi backend
  down            stop it and keep its data
  reset           stop it and remove its data
  status [--json] what runs, and where; exit code 0 if everything does
  logs PART       follow the log of a part: git-host, process-node, kube-apiserver, source-controller, …
  env             variables for a shell: eval "$(npm run -s lab -- env)"
`;

const progress = new Progress();
const say = (line: string) => progress.note(line);

async function main([command, ...args]: string[]): Promise<number> {
  const paths = labPaths();
  switch (command) {
    case "up": {
      const { signal } = new Interruption(say);
      await up(await openLab(paths, { progress, signal }), say);
      return 0;
    }
    case "down":
      await uninterrupted(() => down({ paths }, say));
      say("The lab is down. Its data are kept: `npm run lab -- up` starts it again.");
      return 0;
    case "reset":
      await uninterrupted(() => reset({ paths }, say));
      say("The lab and its data are gone. `npm run demo` makes a new one.");
      return 0;
    case "status": {
      const status = await labStatus(paths);
      process.stdout.write(
        args.includes("--json") ? `${JSON.stringify(status, null, 2)}\n` : statusText(status),
      );
      return status.running ? 0 : 1;
    }
    case "logs":
      return await follow(await logFile(paths, args[0] ?? ""));
    case "env":
      process.stdout.write(await environment(paths));
      return 0;
    default:
      process.stderr.write(usage);
      return command === undefined || command === "help" || command === "--help" ? 0 : 2;
  }
}

/** A Ctrl-C is heard when the work, which takes seconds, is done. */
async function uninterrupted(work: () => Promise<void>): Promise<void> {
  const { signal } = new Interruption(say);
  await work();
  signal.throwIfAborted();
}

async function environment(paths: LabPaths): Promise<string> {
  const ports = await readPorts(paths.ports);
  // Written when the Git host first starts: without it there is nothing that the variables could name.
  const token = await readIfPresent(`${paths.gitHost}/token`);
  if (ports === undefined || token === undefined)
    throw new LabError("there is no lab yet: run `npm run lab -- up` first");
  return await shellLines(paths, ports);
}

/** The end of a log, and on a terminal what is added to it, until Ctrl-C. */
async function follow(file: string): Promise<number> {
  const more = process.stdout.isTTY ? ["-F"] : [];
  const child = spawn("tail", ["-n", "200", ...more, file], { stdio: "inherit" });
  // The terminal sends Ctrl-C to tail as well: its end is ours.
  process.on("SIGINT", () => undefined);
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 0));
  });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof Interrupted) {
    say("Interrupted. Nothing is lost: the next `npm run lab -- up` goes on from here.");
    process.exitCode = error.exitCode;
  } else {
    say(`lab: ${explanationOf(error)}`);
    process.exitCode = 1;
  }
}
