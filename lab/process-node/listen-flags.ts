/** A flag by which a program is told where to listen. */
export interface ListenFlag {
  readonly name: string;
  /** The port that it would listen on inside its container. */
  readonly port: number;
}

/** A flag as the program's own help describes it. */
export interface HelpFlag {
  readonly name: string;
  readonly defaultValue?: string;
}

/**
 * Reads the flags out of what a Go program with pflag prints for `--help`. Asking the program itself keeps the lab
 * free of a table of versions.
 */
export function parseHelp(help: string): readonly HelpFlag[] {
  const flags: HelpFlag[] = [];
  for (const line of help.split("\n")) {
    const name = /^\s+(?:-\w, )?--([A-Za-z][\w-]*)/.exec(line)?.[1];
    if (name === undefined) continue;
    const defaultValue = /\(default "([^"]*)"\)\s*$/.exec(line)?.[1];
    flags.push(defaultValue === undefined ? { name } : { name, defaultValue });
  }
  return flags;
}

/**
 * Which flags make the program listen, with the ports they would take: those whose value (given, else the default)
 * is an address without a foreign host, such as ":8080". `--events-addr=http://…` is somebody else's address, and "0"
 * switches a listener off: neither is moved.
 */
export function listenFlags(flags: readonly HelpFlag[], args: readonly string[]): readonly ListenFlag[] {
  return flags.flatMap(({ name, defaultValue }) => {
    const value = flagValue(args, name) ?? defaultValue ?? "";
    const port = /^(?:|0\.0\.0\.0|127\.0\.0\.1|localhost|\[::\]|\[::1\]):(\d+)$/.exec(value)?.[1];
    return port === undefined || port === "0" ? [] : [{ name, port: Number(port) }];
  });
}

/** The arguments that move each listener to a port of its own on 127.0.0.1; pflag lets the last of a flag win. */
export function movingArgs(
  flags: readonly ListenFlag[],
  moved: ReadonlyMap<number, number>,
): readonly string[] {
  return flags.flatMap(({ name, port }) => {
    const to = moved.get(port);
    return to === undefined ? [] : [`--${name}=127.0.0.1:${to}`];
  });
}

/**
 * Switches leader election off in a program that knows it: controller-runtime finds the election's namespace only in
 * a file at a fixed path of a real pod. A Deployment with more than one replica would have more than one leader here.
 * @see https://pkg.go.dev/sigs.k8s.io/controller-runtime/pkg/leaderelection
 */
export function leaderElectionArgs(flags: readonly HelpFlag[]): readonly string[] {
  const name = "enable-leader-election";
  return flags.some((flag) => flag.name === name) ? [`--${name}=false`] : [];
}

/** The last value of a flag among arguments, in the forms `--name=value` and `--name value`. */
function flagValue(args: readonly string[], name: string): string | undefined {
  let value: string | undefined;
  args.forEach((arg, index) => {
    if (arg.startsWith(`--${name}=`)) value = arg.slice(name.length + 3);
    else if (arg === `--${name}`) value = args[index + 1];
  });
  return value;
}
