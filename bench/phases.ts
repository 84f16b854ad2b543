/** Where the time of an `up` goes, from what Pulumi prints and when. Pure. */
import type { Line } from "./commands.ts";

/** A step of a resource, as Pulumi's output has it: ` +  TYPE NAME creating (0s)`. */
interface Step {
  readonly seconds: number;
  readonly type: string;
  readonly name: string;
  readonly done: boolean;
}

/** A part of the way, in seconds. */
export interface Phase {
  readonly what: string;
  readonly seconds: number;
}

const stepLine = /^ [+~ -]+ (\S+) (\S+) (creating|created)\b/;

function stepsOf(lines: readonly Line[]): Step[] {
  return lines.flatMap(({ seconds, text }) => {
    const [, type, name, verb] = stepLine.exec(text) ?? [];
    if (type === undefined || name === undefined) return [];
    return [{ seconds, type, name, done: verb === "created" }];
  });
}

const isController = ({ type }: Step) => type === "kubernetes:apps/v1:Deployment";
const isCluster = ({ type }: Step) => type.startsWith("kubernetes:");
const isSource = ({ type }: Step) => type.endsWith(":GitRepository");
const isSync = ({ type }: Step) => type.endsWith(":Kustomization");
const isHosted = ({ type }: Step) => /^(github:|tls:|pulumi:index:Stash)/.test(type);

/**
 * The parts of an `up` that creates a platform, one after the other: together they are the whole. The last one, the
 * work on the Git host, goes on beside the others.
 *
 * @param total seconds of the whole run
 * @throws when the run created no platform
 */
export function phases(lines: readonly Line[], total: number): { parts: Phase[]; beside: Phase } {
  const steps = stepsOf(lines);
  const first = (what: string, is: (step: Step) => boolean) => at(steps.find(is), what);
  const last = (what: string, is: (step: Step) => boolean) => at(steps.findLast(is), what);
  const marks: [string, number][] = [
    ["Pulumi and the Node host start", first("the stack", ({ type }) => type === "pulumi:pulumi:Stack")],
    [
      "the program loads, and looks at the Git host",
      first("the platform", ({ type }) => type === "slipway:index:Platform"),
    ],
    ["resources are registered, providers start", first("an object of the cluster", isCluster)],
    ["Flux's namespace, CRDs, accounts", first("a controller", isController)],
    ["controllers, until Available", last("a controller", (step) => isController(step) && step.done)],
    ["source, until Ready", last("a source", (step) => isSource(step) && step.done)],
    ["sync, until Ready", last("a sync", (step) => isSync(step) && step.done)],
    ["Pulumi ends", total],
  ];
  const parts = marks.map(([what, seconds], index) => ({
    what,
    seconds: seconds - (marks[index - 1]?.[1] ?? 0),
  }));
  const hosted =
    last("a thing on the Git host", (step) => isHosted(step) && step.done) -
    first("a thing on the Git host", isHosted);
  return {
    parts,
    beside: { what: "beside them: repositories, first commits, keys, CI values", seconds: hosted },
  };
}

function at(step: Step | undefined, what: string): number {
  if (step === undefined) throw new Error(`the run did not create ${what}`);
  return step.seconds;
}

/** How many resources Pulumi says that it created, or found unchanged. @throws when it says nothing of it */
export function resourceCount(lines: readonly Line[]): number {
  const [, count] =
    lines.map(({ text }) => /^ +(?:\+ )?(\d+) (?:created|unchanged)$/.exec(text)).find(Boolean) ?? [];
  if (count === undefined) throw new Error("Pulumi did not say how many resources there are");
  return Number(count);
}
