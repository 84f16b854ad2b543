/** The release of Flux that the lab has to run. */
import { join } from "node:path";
import { parseDocument } from "yaml";
import { defaultFluxVersion } from "../toolchain/index.ts";
import { readIfPresent } from "./files.ts";

/**
 * The release that the lab's own stack installs, such as `v2.9.3`: `slipway:flux.version` in its file. Where that names
 * none, or cannot be read, it is the default; what is wrong with the file is for Pulumi to say.
 *
 * @param checkout folder of Pulumi.dev.yaml
 */
export async function wantedFluxRelease(checkout: string): Promise<string> {
  const stack = parseDocument((await readIfPresent(join(checkout, "Pulumi.dev.yaml"))) ?? "");
  const version = stack.getIn(["config", "slipway:flux", "version"]);
  return typeof version === "string" ? `v${version}` : defaultFluxVersion;
}
