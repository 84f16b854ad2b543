import * as pulumi from "@pulumi/pulumi";
import { longestWaitMs } from "../components/git/host-request.ts";
import type { Patience } from "../components/patience.ts";

/**
 * How long the Git host may be away before the graph is built: an update needs it, a preview should not hang on it.
 * A host that limits requests is obeyed for longer, as long as it says.
 */
export function hostPatience(): Patience & { readonly longestWaitMs: number } {
  return pulumi.runtime.isDryRun()
    ? { attempts: 2, pauseMs: 500, longestWaitMs: longestWaitMs.preview }
    : { attempts: 6, pauseMs: 1000, longestWaitMs: longestWaitMs.update };
}
