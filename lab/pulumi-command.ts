/** The lab's `pulumi`: the real one, kept from changing the checkout. */
import { join } from "node:path";
import { writeAtomically } from "./files.ts";
import type { LabPaths } from "./paths.ts";
import { quoted } from "./shell.ts";

/** What a passphrase stack's file has to hold; made once with the lab's passphrase, the same as in Pulumi.dev.yaml. */
export const encryptionSalt = "v1:bzGL4symRmY=:v1:Qjtthr2hzBZt7gkr:+iDHLT7Tokrd4U7IgnsVxPJhN5IdMw==";

/** Puts the lab's `pulumi` on its PATH. */
export async function installPulumiCommand(paths: LabPaths, pulumi: string): Promise<void> {
  await writeAtomically(join(paths.bin, "pulumi"), pulumiScript(pulumi, paths.stacks), 0o755);
}

/**
 * A shell script that stands for Pulumi. Pulumi writes a salt into the file of a stack that names no secrets provider,
 * which would leave the checkout changed; the script gives Pulumi a copy of such a file that has the lab's salt.
 * Everything else reaches Pulumi as it was typed, `config` and `stack init` among it, which are meant to change the file.
 *
 * @param pulumi the real command
 * @param copies folder for the copies
 * @see https://www.pulumi.com/docs/iac/cli/commands/pulumi_up/ for `--config-file`
 */
export function pulumiScript(pulumi: string, copies: string): string {
  return `#!/bin/sh
# Made by the lab: the real Pulumi, with a copy of a stack's file where that names no secrets provider.
pulumi=${quoted(pulumi)} copies=${quoted(copies)}
stack=\${PULUMI_STACK-} folder=. operation= given= previous=
for word in "$@"; do
  case $previous in
    -s | --stack) stack=$word ;;
    -C | --cwd) folder=$word ;;
  esac
  case $word in
    --) break ;;
    --config-file | --config-file=*) given=yes ;;
    --stack=*) stack=\${word#--stack=} ;;
    -s?*) stack=\${word#-s} ;;
    --cwd=*) folder=\${word#--cwd=} ;;
    -*) ;;
    *)
      # The command is the first word that is no flag, nor the value of one of the flags above.
      case $previous in
        -s | --stack | -C | --cwd) ;;
        *) : "\${operation:=$word}" ;;
      esac
      ;;
  esac
  previous=$word
done
case $operation in
  up | update | preview | pre | refresh | destroy | down | import | watch) ;;
  *) given=yes ;;
esac
if [ -z "$given" ] && folder=$(cd "$folder" 2>/dev/null && pwd); then
  # As Pulumi does: the project is in this folder or in one above it.
  while [ ! -f "$folder/Pulumi.yaml" ] && [ "$folder" != / ]; do folder=$(dirname "$folder"); done
  [ -n "$stack" ] || stack=$("$pulumi" stack --show-name --non-interactive 2>/dev/null)
  name=\${stack##*/}
  file=$folder/Pulumi.$name.yaml
  if [ -n "$name" ] && [ -f "$file" ] && ! grep -Eq '^(encryptionsalt|encryptedkey|secretsprovider):' "$file"; then
    copy=$copies/Pulumi.$name.yaml
    mkdir -p "$copies" &&
      { cat "$file" && printf '\\nencryptionsalt: %s\\n' ${quoted(encryptionSalt)}; } >"$copy.$$" &&
      mv "$copy.$$" "$copy" || exit 1
    exec "$pulumi" "$@" --config-file "$copy"
  fi
fi
exec "$pulumi" "$@"
`;
}
