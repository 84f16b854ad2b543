/** A preview that finds nothing to change, against one of a program without resources. */
import { mkdtemp, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encryptionSalt, makeStack, platformUp, pulumi, type Bench } from "../bench-lab.ts";
import { timed, type Timed } from "../commands.ts";
import { resourceCount } from "../phases.ts";
import type { Row } from "../result.ts";
import { ratios } from "../statistics.ts";

/** How many times as long as an empty one a preview without change may take. */
const aim = 1.5;

/** Leaves the platform up. */
export async function measurePreview(bench: Bench): Promise<Row[]> {
  bench.say("The platform, and a first round that is not counted …");
  await platformUp(bench);
  const folder = await emptyProgram(bench);
  const empty = () =>
    timed(bench.env, "pulumi", ["preview", "--stack", "empty", "--non-interactive"], {
      cwd: folder,
      signal: bench.signal,
    });
  const unchanged = () => pulumi(bench, "preview", "--stack", "dev", "--expect-no-changes");
  await empty();
  await unchanged();

  const [floor, previews]: [Timed[], Timed[]] = [[], []];
  for (let run = 1; run <= bench.runs; run += 1) {
    bench.say(`Run ${run} of ${bench.runs}: an empty preview, and one without change …`);
    floor.push(await empty());
    previews.push(await unchanged());
  }
  const seconds = (all: readonly Timed[]) => all.map((one) => one.seconds);
  const cpu = (all: readonly Timed[]) => all.map((one) => one.cpuSeconds);
  const what = `preview without change, ${resourceCount(previews[0]?.lines ?? [])} resources`;
  return [
    { what: "preview of an empty program", unit: "s", samples: seconds(floor) },
    { what, unit: "s", samples: seconds(previews) },
    {
      what: "the second in terms of the first",
      unit: "×",
      samples: ratios(seconds(previews), seconds(floor)),
      aim,
    },
    { what: "processor time of the first", unit: "s", samples: cpu(floor) },
    { what: "processor time of the second", unit: "s", samples: cpu(previews) },
  ];
}

/** A project that loads Pulumi, and nothing else. */
async function emptyProgram(bench: Bench): Promise<string> {
  const { checkout } = bench.lab.paths;
  const folder = await mkdtemp(join(bench.scratch, "empty-"));
  const files = {
    "Pulumi.yaml": "name: empty\nmain: index.ts\nruntime: { name: nodejs, options: { typescript: false } }\n",
    "Pulumi.empty.yaml": `encryptionsalt: ${encryptionSalt}\n`,
    "package.json": JSON.stringify({ name: "empty", type: "module", main: "index.ts" }),
    "index.ts": 'import * as pulumi from "@pulumi/pulumi";\nexport const stack = pulumi.getStack();\n',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await symlink(join(checkout, "node_modules"), join(folder, "node_modules"));
  await makeStack(bench, "empty", "empty");
  const args = ["up", "--stack", "empty", "--yes", "--skip-preview", "--non-interactive"];
  await timed(bench.env, "pulumi", args, { cwd: folder, signal: bench.signal });
  return folder;
}
