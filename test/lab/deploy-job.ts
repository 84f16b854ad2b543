/** The app's deploy step on a lab's Git host, run as a runner runs it. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { seedFiles } from "../../components/git/seed-files.ts";
import type { SeedValues } from "../../components/git/seed-values.ts";
import { cleanEnvironment } from "./chart-render.ts";

/** How a job ended. */
export interface EndedJob {
  readonly status: number | null;
  readonly output: string;
  /** Git's own note of every command that it is and starts, with its arguments; nothing where it was not called. */
  readonly calls: string;
}

/**
 * Runs the seeded script in a checkout of the seeded app.
 *
 * @param work an empty folder
 * @param variables what the CI of the host gives the job, besides what is the same for every app of these tests
 */
export async function deployJob(
  work: string,
  [values, hostKind]: readonly [SeedValues, "github" | "gitlab"],
  variables: Readonly<Record<string, string>>,
): Promise<EndedJob> {
  for (const { path, content, executable } of seedFiles("app", values, hostKind)) {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), content, { mode: executable ? 0o755 : 0o644 });
  }
  const trace = join(work, "calls");
  const child = spawn("bash", [join(work, "ci/deploy.sh")], {
    env: {
      ...cleanEnvironment(work),
      APP: "spring-app",
      NAMESPACE: "spring-app-namespace",
      IMAGE_REPO: "registry.example/team",
      IMAGE_NAME: "spring-app",
      ...variables,
      GIT_TRACE: trace,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { status, output, calls: existsSync(trace) ? readFileSync(trace, "utf8") : "" };
}
