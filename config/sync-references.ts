/** The syncs of an environment: what they refer to, and options that exclude each other. */
import { entries, isObject, list, object, refersToNothing, text, type Loose } from "./loose.ts";
import { setCommand, type Problem } from "./problems.ts";

/**
 * What is wrong between the syncs of an environment, and between them and the rest.
 *
 * @param flux the section of the controllers, which may ask more of a sync
 */
export function syncProblems(environment: string, settings: Loose, flux: unknown): Problem[] {
  const base = `slipway:environments.${environment}.syncs`;
  const sources = entries(settings["sources"]).map(([key]) => key);
  const all = entries(settings["syncs"]);
  const names = all.map(([key]) => key);
  return [
    ...all.flatMap(([key, sync]) => [
      ...sourceOf(`${base}.${key}`, sync, sources),
      ...dependencies(`${base}.${key}`, key, sync, names),
      ...unseenChecks(`${base}.${key}`, sync),
      ...missingAccount(`${base}.${key}`, sync, flux),
    ]),
    ...circle(base, all),
  ];
}

function sourceOf(at: string, sync: Loose, sources: string[]): Problem[] {
  const key = `${at}.source`;
  const source = text(sync["source"]);
  if (sync["source"] === undefined && sources.length !== 1) {
    const known = sources.length === 0 ? "" : ` (${sources.join(", ")})`;
    const advice = sources.length === 0 ? "give it one under `sources`" : "name one";
    return [{ key, message: `is missing: the environment has ${sources.length} sources${known}, ${advice}` }];
  }
  if (source === undefined || sources.includes(source)) return [];
  return [{ key, message: refersToNothing("source of this environment", source, sources) }];
}

function dependencies(at: string, name: string, sync: Loose, names: string[]): Problem[] {
  const candidates = names.filter((candidate) => candidate !== name);
  return list(sync["dependsOn"])
    .filter((other) => typeof other === "string")
    .filter((other) => !candidates.includes(other))
    .map((other) => {
      const message = refersToNothing("other sync of this environment", other, candidates);
      return { key: `${at}.dependsOn`, message };
    });
}

/** https://fluxcd.io/flux/components/kustomize/kustomizations/#wait */
function unseenChecks(at: string, sync: Loose): Problem[] {
  if (sync["wait"] !== true || list(sync["healthChecks"]).length === 0) return [];
  const message = "is true, and Flux then ignores the `healthChecks`: leave one of the two out";
  return [{ key: `${at}.wait`, message }];
}

/** Under the lockdown a sync that names nobody acts as an account that may do nothing. */
function missingAccount(at: string, sync: Loose, flux: unknown): Problem[] {
  const { lockdown } = object(flux);
  const locked = lockdown === true || isObject(lockdown);
  if (!locked || object(lockdown)["defaultServiceAccount"] !== undefined) return [];
  if (sync["serviceAccountName"] !== undefined) return [];
  const key = `${at}.serviceAccountName`;
  const message =
    "is missing: under flux.lockdown a sync acts as flux-system's account `default`, which may do nothing. Name one " +
    "of flux-system that may apply what is in the path; kustomize-controller may do everything";
  return [{ key, message, command: setCommand(key, "kustomize-controller") }];
}

function circle(base: string, all: [string, Loose][]): Problem[] {
  const cycle = findCycle(all);
  if (cycle === undefined) return [];
  const message = `goes in a circle (${cycle.join(" → ")}), so none of them would ever be applied: remove one`;
  return [{ key: `${base}.${cycle[0] ?? ""}.dependsOn`, message }];
}

/** The first circle in `dependsOn`, as the keys along it, or nothing. Waiting on oneself is reported as a reference. */
function findCycle(all: [string, Loose][]): string[] | undefined {
  const next = new Map(
    all.map(([key, sync]) => [key, list(sync["dependsOn"]).filter((other) => other !== key)]),
  );
  const done = new Set<string>();
  const visit = (key: string, trail: string[]): string[] | undefined => {
    if (trail.includes(key)) return [...trail.slice(trail.indexOf(key)), key];
    if (done.has(key)) return undefined;
    done.add(key);
    for (const other of next.get(key) ?? []) {
      const found = typeof other === "string" ? visit(other, [...trail, key]) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  };
  for (const key of next.keys()) {
    const found = visit(key, []);
    if (found !== undefined) return found;
  }
  return undefined;
}
