/** `npm run demo`: from a bare machine to an app that Flux delivered, and again whenever it is typed. */
import { spawn } from "node:child_process";
import { labEnvironment } from "../lab/environment.ts";
import { openLab, up } from "../lab/lab.ts";
import { labPaths } from "../lab/paths.ts";
import { releaseDeadLocks } from "../lab/locks.ts";
import { report } from "./report.ts";

const stack = "dev";
const say = (line: string) => console.error(line);

async function main(): Promise<number> {
  const paths = labPaths();
  const lab = await openLab(paths);
  await up(lab, say);
  const env = await labEnvironment(paths, lab.ports);

  const interrupted = await releaseDeadLocks(paths, stack, env, say);
  const args = ["up", "--stack", stack, "--yes", "--skip-preview", ...(interrupted ? ["--refresh"] : [])];
  say(`\n$ pulumi ${args.join(" ")}`);
  const code = await pulumi(args, env, paths.checkout);
  if (code !== 0) {
    say(
      `\nThe platform is not complete: Pulumi says why above. Nothing is lost; run \`npm run demo\` again to go on.`,
    );
    return code;
  }

  console.log(`\n${await report(env)}`);
  console.log(`Next, try

  eval "$(npm run -s lab -- env)"        # kubectl, git, flux and pulumi talk to the lab
  kubectl get gitrepositories,kustomizations --all-namespaces
  pulumi preview --stack prod            # what a production stack would make
`);
  return 0;
}

/** Runs Pulumi as a user would. Ctrl-C goes to it as well, and it ends in order. */
function pulumi(args: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Promise<number> {
  const child = spawn("pulumi", args, { cwd, env, stdio: ["ignore", "inherit", "inherit"] });
  const wait = () => say("Interrupted: Pulumi ends what it has begun …");
  process.on("SIGINT", wait);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      process.off("SIGINT", wait);
      resolve(code ?? 130);
    });
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`\ndemo: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
