/** What may be typed behind `npm run demo --`. */
import { didYouMeanText } from "../components/names.ts";
import { hostKinds, type HostKind } from "./hosted.ts";

/** The file that configures the stack `dev`, for each kind of Git host; its own file, unless named. */
export const configFiles: Readonly<Record<HostKind, string | undefined>> = {
  github: undefined,
  gitlab: "examples/spring-app-gitlab.yaml",
};

/**
 * Reads `--host KIND` or `--host=KIND`; GitHub, unless given.
 *
 * @throws Error that says what may be typed
 */
export function hostOf(args: readonly string[]): HostKind {
  const [first, second, ...rest] = args.flatMap((arg) => arg.split("="));
  if (first === undefined) return "github";
  const usage = `npm run demo -- --host ${hostKinds.join("|")}`;
  if (first !== "--host" || rest.length > 0)
    throw new Error(`"${args.join(" ")}" is nothing that the demo takes: ${usage}`);
  const kind = hostKinds.find((known) => known === second);
  if (kind !== undefined) return kind;
  throw new Error(
    `--host: got "${second ?? ""}", expected ${hostKinds.join(" or ")}.${didYouMeanText(second ?? "", hostKinds)}`,
  );
}
