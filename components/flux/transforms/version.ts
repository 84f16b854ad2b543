import { type FluxObject, versionLabel } from "../objects.ts";
import { withLabels } from "./namespace.ts";

/** Labels everything with the version of the Flux distribution, as `flux install` does; undefined changes nothing. */
export function withVersion(objects: readonly FluxObject[], version: string | undefined): FluxObject[] {
  return objects.map((object) =>
    version === undefined ? object : withLabels(object, { [versionLabel]: version }),
  );
}
