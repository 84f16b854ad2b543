/** What the Git host remembers, in one JSON file that is always whole. */
import { readFile } from "node:fs/promises";
import { writeAtomically } from "../files.ts";
import type { AccountSettings } from "./github/account-settings.ts";
import type { Ruleset } from "./github/rulesets.ts";
import type { GitLabState } from "./gitlab/state.ts";

/** Who may see a repository. `internal` is everyone who is signed in. */
export type Visibility = "private" | "internal" | "public";

/** A CI variable or the record of a CI secret; times are ISO 8601 in whole seconds. */
export interface CiValue {
  /** Upper-case name. */
  readonly name: string;
  /** A variable's plain value; a secret's sealed box in base64. */
  value: string;
  readonly createdAt: string;
  updatedAt: string;
}

/** Who has CI variables and secrets. */
export interface CiHolder {
  variables: CiValue[];
  secrets: CiValue[];
  /** The X25519 key pair, in base64, that CI secrets are sealed for; made when it is first asked for. */
  secretKeys?: { readonly id: string; readonly publicKey: string; readonly privateKey: string } | undefined;
}

/** An environment of a repository's CI. */
export interface CiEnvironment extends CiHolder {
  readonly id: number;
  readonly name: string;
  waitTimer: number;
  preventSelfReview: boolean;
  adminsBypass: boolean;
  /** Ids of the users of whom one has to agree. */
  reviewers: number[];
  /** Whose branches may use it; all, where there is none. */
  branches: "protected" | "custom" | undefined;
  readonly createdAt: string;
  updatedAt: string;
}

/** An organisation's CI values, and by kind and name which repositories get each. */
export interface OrganizationValues extends CiHolder {
  /** In the account's own spelling. */
  readonly organization: string;
  access: {
    readonly kind: "variables" | "secrets";
    readonly name: string;
    visibility: "all" | "private" | "selected";
    /** Ids of the repositories, where they are selected. */
    repositories: number[];
  }[];
}

/** Something that is told of pushes. */
export interface Webhook {
  readonly id: number;
  events: string[];
  active: boolean;
  url: string;
  contentType: "json" | "form";
  insecureSsl: "0" | "1";
  /** Key of the HMAC over the payload; never shown. */
  secret: string | undefined;
  readonly createdAt: string;
  updatedAt: string;
  lastResponse: { code: number | null; status: string; message: string | null };
}

/** What a CI or a controller says of a commit. */
export interface CommitStatus {
  readonly id: number;
  readonly sha: string;
  readonly state: string;
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly createdAt: string;
}

/** One repository; its bare Git repository lies in `repositories/OWNER/NAME.git`. */
export interface Repository extends CiHolder {
  readonly id: number;
  /** Account that it belongs to, in the account's own spelling. */
  readonly owner: string;
  name: string;
  /** Names that it had before; they still lead here while no other repository takes them. */
  formerNames: string[];
  description: string | null;
  homepage: string | null;
  visibility: Visibility;
  archived: boolean;
  defaultBranch: string;
  topics: string[];
  /** Switches that one API has and another does not, by that API's own names. */
  settings: Record<string, boolean | string | number | null>;
  /** None in a state of before there were any. */
  environments?: CiEnvironment[];
  webhooks: Webhook[];
  statuses: CommitStatus[];
  /** What guards its branches, on GitHub; none, unless given. */
  rulesets?: Ruleset[] | undefined;
  readonly createdAt: string;
  updatedAt: string;
  pushedAt: string;
}

/** An SSH key that opens exactly one repository of the whole host. */
export interface DeployKey {
  readonly id: number;
  readonly repositoryId: number;
  readonly title: string;
  /** Type and blob as in OpenSSH's public key file, without the comment. */
  readonly key: string;
  readonly readOnly: boolean;
  readonly createdAt: string;
  lastUsed: string | null;
}

/** Everything that the host remembers. */
export interface State {
  readonly version: 1;
  nextId: number;
  /** When the host was first started. */
  readonly createdAt: string;
  repositories: Repository[];
  deployKeys: DeployKey[];
  /** What was changed of a GitHub host's accounts, by login in small letters. */
  accountSettings?: Record<string, Partial<AccountSettings>>;
  /** None in a state of before there were any. */
  organizationValues?: OrganizationValues[];
  /** What only a GitLab host knows of; a GitHub host has none. */
  gitlab?: GitLabState;
}

/** The time now as the APIs write it: ISO 8601 in UTC, whole seconds. */
export function timestamp(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, "Z");
}

/**
 * The state in memory, written to its file before a change is answered. The file is replaced as a whole,
 * so that a crash leaves either the state before or the state after. One process at a time may hold it.
 */
export class Store {
  readonly state: State;
  readonly #file: string;
  #queued: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: string, state: State) {
    this.#file = file;
    this.state = state;
  }

  /**
   * Reads the state from `file`, or begins a new one.
   *
   * @throws when the file is there and is not a state of this version
   */
  static async open(file: string): Promise<Store> {
    const text = await readFile(file, "utf8").catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    });
    if (text !== undefined) return new Store(file, parseState(file, text));
    const state: State = { version: 1, nextId: 1, createdAt: timestamp(), repositories: [], deployKeys: [] };
    const store = new Store(file, state);
    await store.save();
    return store;
  }

  /** A number that was never given out before. */
  newId(): number {
    return this.state.nextId++;
  }

  /** Writes the state as it is now; done when it is on disk. Calls that come while a write is under way share the next one. */
  save(): Promise<void> {
    this.#queued ??= this.#writing.then(async () => {
      this.#queued = undefined;
      const write = writeAtomically(this.#file, `${JSON.stringify(this.state, null, 1)}\n`);
      this.#writing = write.catch(() => undefined);
      await write;
    });
    return this.#queued;
  }
}

function parseState(file: string, text: string): State {
  let state: Partial<State> | null = null;
  try {
    state = JSON.parse(text) as Partial<State> | null;
  } catch {
    // Reported below, without the text: it holds secrets.
  }
  if (state?.version !== 1 || !Array.isArray(state.repositories) || !Array.isArray(state.deployKeys)) {
    throw new Error(`${file} is not a state of this Git host (version 1): move it away to begin anew.`);
  }
  return state as State;
}
