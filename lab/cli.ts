/** `npm run lab -- up | down | reset | status [--json] | logs PART | env` */
import { spawn } from "node:child_process";
import { access } from "node:fs/promises";
import { shellLines } from "./environment.ts";
import { down, logFile, openLab, reset, status, up } from "./lab.ts";
import { labPaths } from "./paths.ts";

const usage = `Usage: npm run lab -- COMMAND

  up              start the lab: a cluster, a Git host, a Pulumi backend
  down            stop it and keep its data
  reset           stop it and remove its data
  status [--json] what runs, and where
  logs PART       follow the log of a part: git-host, process-node, kube-apiserver, …
  env             variables for a shell: eval "$(npm run -s lab -- env)"
`;

const say = (line: string) => console.error(line);

async function main([command, ...args]: string[]): Promise<number> {
  const paths = labPaths();
  switch (command) {
    case "up":
      await up(await openLab(paths), say);
      return 0;
    case "down":
      await down(await openLab(paths));
      say("The lab is down. Its data are kept: `npm run lab -- up` starts it again.");
      return 0;
    case "reset":
      await reset(await openLab(paths));
      say("The lab and its data are gone. `npm run demo` makes a new one.");
      return 0;
    case "status": {
      const parts = await status(await openLab(paths));
      if (args.includes("--json")) console.log(JSON.stringify(parts, null, 2));
      else
        for (const { part, running, detail } of parts)
          console.log(`${running ? "●" : "○"} ${part.padEnd(24)} ${detail}`);
      return parts.every(({ running }) => running) ? 0 : 1;
    }
    case "logs": {
      const file = logFile(paths, args[0] ?? "");
      await access(file).catch(() => {
        throw new Error(`there is no log of "${args[0] ?? ""}": parts are in \`npm run lab -- status\``);
      });
      const follow = process.stdout.isTTY ? ["-F"] : [];
      return await new Promise((resolve) =>
        spawn("tail", ["-n", "200", ...follow, file], { stdio: "inherit" }).once("exit", (code) =>
          resolve(code ?? 0),
        ),
      );
    }
    case "env": {
      const lab = await openLab(paths);
      process.stdout.write(await shellLines(paths, lab.ports));
      return 0;
    }
    default:
      process.stderr.write(usage);
      return command === undefined || command === "help" || command === "--help" ? 0 : 2;
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`lab: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
