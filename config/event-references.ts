/** What connects a Git host and Flux: webhooks one way, commit statuses the other. Both are notification-controller's work. */
import { defaultComponents } from "../components/flux/options.ts";
import { entries, list, object, text, type Loose } from "./loose.ts";
import { show, type Problem } from "./problems.ts";

const controller = "notification-controller";

/** What is wrong between these and the rest of the stack. */
export function eventProblems(stack: Loose): Problem[] {
  const reporting = reportingEnvironments(stack);
  return [
    ...missingController(object(stack["flux"]), reporting),
    ...reporting.flatMap(([name, environment]) => nothingToReport(name, environment)),
    ...hostBelowPath(object(stack["git"]), reporting),
  ];
}

/** The environments that ask for commit statuses. */
export function reportingEnvironments(stack: Loose): [string, Loose][] {
  return entries(stack["environments"]).filter(([, { commitStatus }]) => commitStatus === true);
}

function missingController(flux: Loose, reporting: [string, Loose][]): Problem[] {
  const { components = defaultComponents, componentsExtra, receiver } = flux;
  if ([...list(components), ...list(componentsExtra)].includes(controller)) return [];
  const wanted = [
    ...(receiver === undefined || receiver === false ? [] : ["`flux.receiver`"]),
    ...reporting.map(([name]) => `\`environments.${name}.commitStatus\``),
  ];
  if (wanted.length === 0) return [];
  const message = `leaves out "${controller}", which does the work of ${wanted.join(" and ")}: add it, or remove ${wanted.length === 1 ? "that" : "these"}`;
  return [{ key: "slipway:flux.components", message }];
}

/** A status is set on a commit of a repository that the token may write to. */
function nothingToReport(name: string, { sources, syncs }: Loose): Problem[] {
  const own = entries(sources).some(([, { repository }]) => repository !== undefined);
  if (own && entries(syncs).length > 0) return [];
  const message =
    "has nothing to report: no sync of the environment has a repository of this stack as its source";
  return [{ key: `slipway:environments.${name}.commitStatus`, message }];
}

/** The controller looks for GitLab's API at the root of the host: https://fluxcd.io/flux/components/notification/providers/#gitlab */
function hostBelowPath({ kind, baseUrl }: Loose, reporting: [string, Loose][]): Problem[] {
  const address = text(baseUrl) ?? "";
  if (kind !== "gitlab" || !URL.canParse(address)) return [];
  if (/^\/(api\/v4\/?)?$/.test(new URL(address).pathname)) return [];
  return reporting.map(([name]) => ({
    key: `slipway:environments.${name}.commitStatus`,
    message: `cannot be had of ${show(address)}: Flux sets statuses only of a GitLab at the root of its host. Remove it`,
  }));
}
