/** How often each Git host is asked for something: what counts against its limits. Exact, so once is enough. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { countedPaths, loggedRequests, type LoggedRequest } from "../access-lines.ts";
import { platformDown, platformUp, pulumi, type Bench } from "../bench-lab.ts";
import type { Row } from "../result.ts";

/** The stack on each host. */
const hosts = [
  { host: "github", name: "GitHub", file: "Pulumi.dev.yaml" },
  { host: "gitlab", name: "GitLab", file: "examples/spring-app-gitlab.yaml" },
] as const;

/** Leaves the platform up, on the last host. */
export async function measureCalls(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  await platformDown(bench);
  for (const { host, name, file } of hosts) {
    const config = ["--config-file", join(bench.lab.paths.checkout, file)];
    const asked = async (what: string, work: () => Promise<unknown>) => {
      const before = await log(bench);
      await work();
      const requests = loggedRequests((await log(bench)).slice(before.length)).filter(
        (one) => one.host === host,
      );
      bench.say(`${name}, ${what}:`);
      for (const [path, times] of countedPaths(requests)) bench.say(`  ${times} × ${path}`);
      return requests;
    };
    const first = await asked("an up from nothing", () => platformUp(bench, "dev", ...config));
    const preview = await asked("a preview without change", () =>
      pulumi(bench, "preview", "--stack", "dev", ...config),
    );
    const again = await asked("an up without change", () => platformUp(bench, "dev", ...config));
    const refresh = await asked("an up --refresh without change", () =>
      platformUp(bench, "dev", "--refresh", ...config),
    );
    rows.push(
      counted(
        `${name}: \`pulumi up\` from nothing, API`,
        first.filter(({ git }) => !git),
      ),
      counted(
        "  of it reading",
        first.filter((one) => !one.git && one.method === "GET"),
      ),
      counted(
        "  and Git over HTTP",
        first.filter(({ git }) => git),
      ),
      counted(`${name}: preview without change`, preview),
      counted(`${name}: \`pulumi up\` without change`, again),
      counted(`${name}: \`pulumi up --refresh\` without change`, refresh),
    );
    if (host === "github") await platformDown(bench, "dev");
  }
  return rows;
}

const counted = (what: string, requests: readonly LoggedRequest[]): Row => ({
  what,
  unit: "",
  samples: [requests.length],
});

const log = (bench: Bench) => readFile(join(bench.lab.paths.logs, "git-host.log"), "utf8");
