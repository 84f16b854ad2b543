/** The Flux controllers: options that need each other, and what only Flux knows. */
import { fluxOptionsProblems } from "../components/flux/options-problems.ts";
import type { FluxControllersOptions } from "../components/flux/options.ts";
import { fluxSchema } from "./flux-schema.ts";
import { isObject } from "./loose.ts";
import type { Problem } from "./problems.ts";

/** What is wrong between the options of the controllers, whatever the manifest; a key of a wrong shape is left out. */
export function fluxProblems(flux: unknown): Problem[] {
  if (!isObject(flux)) return [];
  const right = Object.entries(fluxSchema.shape).flatMap(([key, schema]) => {
    const { success, data } = schema.safeParse(flux[key]);
    return success && data !== undefined && key !== "version" ? [[key, data] as const] : [];
  });
  const options = Object.fromEntries(right) as FluxControllersOptions;
  return fluxOptionsProblems(options, undefined, "slipway:flux").map(problemOf);
}

/** "slipway:flux.registry: …" in its two parts. */
export function problemOf(problem: string): Problem {
  const end = problem.indexOf(": ");
  return { key: problem.slice(0, end), message: problem.slice(end + 2) };
}
