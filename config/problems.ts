/**
 * What is wrong with a configuration, told to a person: where, what it got, what to write instead.
 */

/** One finding in the stack's configuration. */
export interface Problem {
  /** Where: the key as `pulumi config` names it, such as `slipway:environments.dev.syncs.web.interval`. */
  readonly key: string;
  /** What is wrong with it and how to mend it, in one sentence without a closing dot. */
  readonly message: string;
  /** A command that mends it, where one fits. */
  readonly command?: string;
}

/** Every problem of a configuration in one error; nothing has been touched when it is thrown. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];
  /** Makes Pulumi print the message alone, without a stack: what `pulumi.RunError` does, in a module without Pulumi. */
  readonly __pulumiRunError = true;

  constructor(problems: readonly Problem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super(`The stack configuration has ${count}:\n${problems.map(line).join("\n")}`);
    this.name = "ConfigError";
    this.problems = problems;
  }
}

function line({ key, message, command }: Problem): string {
  const how = command === undefined ? "" : `\n      ${command}`;
  return `  - ${key}: ${message}${message.endsWith("?") ? "" : "."}${how}`;
}

/** The command that sets one key: `pulumi config set --path 'slipway:git.owner' acme`. */
export function setCommand(key: string, value: string): string {
  return `pulumi config set --path '${key}' ${value}`;
}

/** A value as an error may show it: short, quoted, and never the whole of an object. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  const text = typeof value === "string" ? JSON.stringify(value) : `${value as number | boolean}`;
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
