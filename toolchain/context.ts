import type { ToolCache } from "./cache.ts";
import type { Endpoints } from "./downloads.ts";
import type { Network } from "./network.ts";
import type { Platform } from "./platform.ts";
import type { Progress } from "./progress.ts";

/** The options with their defaults, handed to each step. */
export interface Context {
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly network: Network;
  readonly endpoints: Endpoints;
  readonly platform: Platform;
  readonly modules: string;
  readonly cache: ToolCache;
}
