/** A repository that another stack owns: what is known of it, and how the platform uses it. */
import * as pulumi from "@pulumi/pulumi";
import type { HostedRepository } from "./git-host.ts";
import { sshUrl } from "./urls.ts";

/** Where a repository is that is only referred to. Stack outputs keep this, for a preview without the host. */
export interface Reference {
  /** The host's own id. */
  readonly id: string;
  /** Name as the host writes it. */
  readonly name: string;
  readonly webUrl: string;
  readonly httpUrl: string;
  /** In whatever form the host gives it. */
  readonly sshUrl: string;
}

/** A reference as it was found on the host. */
export interface FoundReference extends Reference {
  readonly archived: boolean;
  /** Whether the token may add deploy keys to it; undefined where the host does not say. */
  readonly administered?: boolean;
}

/** The repository as the platform knows those of its own. There is no resource behind it: nothing of it is this stack's. */
export function referencedRepository(repository: string, reference: Reference): HostedRepository {
  const { id, name, webUrl, httpUrl } = reference;
  return {
    repository,
    name: pulumi.output(name),
    id: pulumi.output(id),
    foundVariables: [],
    webUrl: pulumi.output(webUrl),
    httpUrl: pulumi.output(httpUrl),
    sshUrl: pulumi.output(sshUrl(reference.sshUrl)),
  };
}
