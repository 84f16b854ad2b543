/** `npm run demo [-- --host github|gitlab]`: from a bare machine to an app that Flux delivered, and again whenever it is typed. */
import { spawn } from "node:child_process";
import { labEnvironment } from "../lab/environment.ts";
import { explanationOf } from "../lab/errors.ts";
import { Interrupted, Interruption } from "../lab/interruption.ts";
import { openLab, up } from "../lab/lab.ts";
import { checkRoom, fullDisk } from "../lab/machine.ts";
import { labPaths } from "../lab/paths.ts";
import { releaseDeadLocks } from "../lab/locks.ts";
import { Progress } from "../toolchain/index.ts";
import { configFiles, hostOf } from "./demo-options.ts";
import { report } from "./report.ts";

const stack = "dev";
const progress = new Progress();
const say = (line: string) => progress.note(line);
const interruption = new Interruption(say);

async function main(): Promise<number> {
  const { signal } = interruption;
  const host = hostOf(process.argv.slice(2));
  const paths = labPaths();
  const lab = await openLab(paths, { progress, signal });
  await up(lab, say);
  const env = await labEnvironment(paths, lab.ports);

  await checkRoom(paths.root, false);
  await releaseDeadLocks(paths, stack, env, say);
  // Refreshed, so that what somebody deleted or changed behind Pulumi's back is found and mended.
  const file = configFiles[host];
  const config = file === undefined ? [] : ["--config-file", file];
  const args = ["up", "--stack", stack, ...config, "--yes", "--skip-preview", "--refresh"];
  say(`\n$ pulumi ${args.join(" ")}`);
  const code = await pulumi(args, env, paths.checkout);
  signal.throwIfAborted();
  if (code !== 0) {
    const full = await fullDisk(paths.root);
    say(
      full === undefined
        ? "\nThe platform is not complete; the reason is above. Nothing is lost: run `npm run demo` again to go on."
        : `\nThe platform is not complete: ${full}.`,
    );
    return code;
  }

  console.log(`\n${await report(env, host)}`);
  const other = host === "github" ? "gitlab" : "github";
  console.log(`Next, try

  eval "$(npm run -s lab -- env)"        # kubectl, git, flux and pulumi talk to the lab
  kubectl get gitrepositories,kustomizations --all-namespaces
  pulumi preview --stack prod            # what a production stack would make
  npm run demo -- --host ${other}          # the same platform on ${other === "gitlab" ? "GitLab" : "GitHub"}: the stack moves there
`);
  return 0;
}

/**
 * Runs Pulumi as a user would, but apart from the terminal's Ctrl-C: npm passes that on once more, and Pulumi takes
 * the second as the order to drop everything. It gets one for each that the user has typed.
 */
function pulumi(args: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Promise<number> {
  const child = spawn("pulumi", args, { cwd, env, detached: true, stdio: ["ignore", "inherit", "inherit"] });
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (signal !== null) say(`\nPulumi was ended by ${signal}.`);
      resolve(code ?? 1);
    });
  });
  return interruption.during(
    () => {
      say("\nInterrupted: Pulumi ends what it has begun. Once more, and it ends at once.");
      child.kill("SIGINT");
    },
    () => ended,
  );
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof Interrupted) {
    say("\nInterrupted. Nothing is lost: the next `npm run demo` goes on from here.");
    process.exitCode = error.exitCode;
  } else {
    say(`\ndemo: ${explanationOf(error)}`);
    process.exitCode = 1;
  }
}
