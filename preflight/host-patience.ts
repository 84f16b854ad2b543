import * as pulumi from "@pulumi/pulumi";
import type { Patience } from "../components/patience.ts";

/** How long the Git host may be away before the graph is built: an update needs it, a preview should not hang on it. */
export function hostPatience(): Patience {
  return pulumi.runtime.isDryRun() ? { attempts: 2, pauseMs: 500 } : { attempts: 6, pauseMs: 1000 };
}
