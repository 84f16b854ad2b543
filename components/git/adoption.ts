/** What to do about a repository that is on the Git host before Slipway makes it. Pure. */

/** As much of a repository on the host as decides. */
export interface FoundRepository {
  /** The host's own id, where an import needs it. */
  readonly id?: string;
  /** Name as the host writes it. */
  readonly name: string;
  readonly description: string;
  readonly topics: readonly string[];
  readonly visibility: string;
  readonly archived: boolean;
  /** Whether the token may change it; undefined where the host does not say. */
  readonly administered?: boolean;
  /** Names of its plain CI variables, as {@link foundName} writes them. */
  readonly variables: readonly string[];
}

/** How a CI variable that is on the host is called: by its name, and by its environment where it has one. */
export function foundName(key: string, environment?: string): string {
  return environment === undefined ? key : `${key} in ${environment}`;
}

/** What the configuration wants of it. */
export interface WantedRepository {
  readonly description: string;
  readonly topics: readonly string[];
  readonly visibility: string;
  /** Whether the configuration says to take over a repository of this name, whoever made it. */
  readonly adopt: boolean;
}

/** A repository that exists, to be taken into the state as it is. */
export interface Adoption {
  /** Settings that differ from the configuration: they stay in this run, and the next one changes them. */
  readonly differing: readonly string[];
  /** CI variables that exist. */
  readonly variables: readonly string[];
  /** The host's own id, where an import needs it. */
  readonly id?: string;
}

/** What is to be done: make it, take it over, or tell the user why not. */
export type Decision =
  | { readonly kind: "create" }
  | { readonly kind: "adopt"; readonly adoption: Adoption }
  | { readonly kind: "refuse"; readonly message: string };

/**
 * The topic by which a repository is known as a stack's own: it is there for everybody to see, survives the stack,
 * and is part of every host. At most 50 characters, lower case, digits and dashes.
 */
export function stackTopic(project: string, stack: string): string {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const whole =
    project === "slipway"
      ? `slipway-stack-${plain(stack)}`
      : `slipway-stack-${plain(project)}-${plain(stack)}`;
  return whole.slice(0, 50).replace(/-+$/, "");
}

/**
 * Decides about a repository that the state does not have: by the mark, and never by the name alone.
 *
 * @param mark the stack's topic, see {@link stackTopic}
 */
export function decide(wanted: WantedRepository, found: FoundRepository | undefined, mark: string): Decision {
  if (found === undefined) return { kind: "create" };
  const other = found.topics.find((topic) => topic.startsWith("slipway-stack-") && topic !== mark);
  if (!found.topics.includes(mark) && !wanted.adopt) {
    const owner =
      other === undefined ? "Slipway did not make it" : `it belongs to another stack ("${other}")`;
    return {
      kind: "refuse",
      message:
        `exists already, and ${owner}: choose another name, or set \`adopt: true\` to take it over as it is ` +
        "(its content stays; settings follow the configuration)",
    };
  }
  if (found.archived) {
    return {
      kind: "refuse",
      message: "is archived, so nothing can be written to it: unarchive it on the host, then run again",
    };
  }
  const sorted = (topics: readonly string[]) => [...topics].sort().join();
  const differing = [
    ...(found.description === wanted.description ? [] : ["description"]),
    ...(sorted(found.topics) === sorted([...wanted.topics, mark]) ? [] : ["topics"]),
    ...(found.visibility === wanted.visibility ? [] : ["visibility"]),
  ];
  const { id, variables } = found;
  return { kind: "adopt", adoption: { differing, variables, ...(id !== undefined && { id }) } };
}
