/** The lab's own Pulumi: a home, a backend on disk, and the stacks in it. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { readIfPresent, writeAtomically } from "./files.ts";
import type { LabPaths } from "./paths.ts";

const run = promisify(execFile);

/** The project's name in Pulumi.yaml; the backend files stacks under it. */
export const project = "slipway";

/** Passphrase of the lab's stacks. It protects nothing but the lab's own throw-away keys, so everybody may know it. */
export const passphrase = "slipway-lab";

/** What a passphrase stack's file has to hold; made once with {@link passphrase}, the same as in Pulumi.dev.yaml. */
export const encryptionSalt = "v1:bzGL4symRmY=:v1:Qjtthr2hzBZt7gkr:+iDHLT7Tokrd4U7IgnsVxPJhN5IdMw==";

/** Makes the stacks that have a file in the checkout known to the lab's backend. Nothing in the checkout is touched. */
export async function ensureStacks(paths: LabPaths, pulumi: string, env: NodeJS.ProcessEnv): Promise<void> {
  await mkdir(paths.pulumiState, { recursive: true, mode: 0o700 });
  await switchOffLogs(paths.pulumiHome);
  for (const stack of await stacksOf(paths.checkout)) {
    const state = join(paths.pulumiState, ".pulumi", "stacks", project, `${stack}.json`);
    if ((await readIfPresent(state)) !== undefined) continue;
    const folder = await mkdtemp(join(tmpdir(), "slipway-stack-"));
    try {
      await writeFile(join(folder, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\n`);
      await run(pulumi, ["stack", "init", stack, "--no-select", "--non-interactive"], { cwd: folder, env });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/**
 * Pulumi writes 10 MiB of log at every command, whether asked for or not, from before it knows what is secret; that
 * takes a third of its processor time. It has no switch for it, but goes without where `logs` is not a folder.
 * What `--logtostderr` asks for is not touched.
 */
async function switchOffLogs(pulumiHome: string): Promise<void> {
  const logs = join(pulumiHome, "logs");
  const found = await stat(logs).catch(() => undefined);
  if (found?.isFile() === true) return;
  await rm(logs, { recursive: true, force: true });
  await writeAtomically(
    logs,
    "A file of this name keeps Pulumi from writing logs here; see lab/stacks.ts.\n",
  );
}

/** The stacks of a project: those with a file `Pulumi.STACK.yaml`. */
async function stacksOf(checkout: string): Promise<string[]> {
  const names = (await readdir(checkout)).map((name) => /^Pulumi\.([A-Za-z0-9_-]+)\.yaml$/.exec(name)?.[1]);
  return names.filter((name) => name !== undefined).sort();
}

/**
 * Puts the lab's `pulumi` on its PATH. Pulumi writes a salt into the file of a stack that names no secrets provider,
 * which would leave the checkout changed; this one gives Pulumi a copy of such a file that has the lab's salt.
 *
 * @see https://www.pulumi.com/docs/iac/cli/commands/pulumi_up/ for `--config-file`
 */
export async function installPulumiCommand(paths: LabPaths, pulumi: string): Promise<void> {
  const script = `#!/bin/sh
# Made by the lab: the real Pulumi, with a copy of a stack's file where that names no secrets provider.
stack= operation= previous=
for word in "$@"; do
  case "$previous" in -s | --stack) stack=$word ;; esac
  case "$word" in
    --config-file | --config-file=*) operation=given ;;
    --stack=*) stack=\${word#--stack=} ;;
    up | update | preview | pre | refresh | destroy | import) [ -n "$operation" ] || operation=$word ;;
  esac
  previous=$word
done
file=Pulumi.$stack.yaml
case "$operation" in "" | given) file= ;; esac
if [ -n "$stack" ] && [ -n "$file" ] && [ -f "$file" ] && ! grep -Eq '^(encryptionsalt|encryptedkey|secretsprovider):' "$file"; then
  copy="${paths.root}/stacks/$file"
  mkdir -p "${paths.root}/stacks"
  { cat "$file"; printf '\\nencryptionsalt: %s\\n' '${encryptionSalt}'; } >"$copy.$$" && mv "$copy.$$" "$copy"
  exec "${pulumi}" "$@" --config-file "$copy"
fi
exec "${pulumi}" "$@"
`;
  await writeAtomically(join(paths.bin, "pulumi"), script, 0o755);
}
