/** How large the state of the platform is, and what makes it so. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { project } from "../../lab/stacks.ts";
import { platformUp, type Bench } from "../bench-lab.ts";
import type { Row } from "../result.ts";

interface Checkpoint {
  readonly checkpoint: { readonly latest: { readonly resources: readonly { readonly type: string }[] } };
}

/** Leaves the platform up. */
export async function measureState(bench: Bench): Promise<Row[]> {
  await platformUp(bench);
  const folder = join(bench.lab.paths.pulumiState, ".pulumi");
  const text = await readFile(join(folder, "stacks", project, "dev.json"), "utf8");
  const { resources } = (JSON.parse(text) as Checkpoint).checkpoint.latest;
  const bytesOf = (is: (type: string) => boolean) =>
    resources
      .filter(({ type }) => is(type))
      .reduce((sum, resource) => sum + JSON.stringify(resource).length, 0);
  const kib = (bytes: number) => [bytes / 1024];
  return [
    { what: "resources in the state of `dev`", unit: "", samples: [resources.length] },
    { what: "its file", unit: "KiB", samples: kib(Buffer.byteLength(text)) },
    {
      what: "  Flux's CRDs",
      unit: "KiB",
      samples: kib(bytesOf((type) => type.endsWith(":CustomResourceDefinition"))),
    },
    {
      what: "  Flux's controllers",
      unit: "KiB",
      samples: kib(bytesOf((type) => type.endsWith(":Deployment"))),
    },
    {
      what: "the backend's folder, with its history and backups",
      unit: "KiB",
      samples: kib(await sizeOf(folder)),
    },
  ];
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
