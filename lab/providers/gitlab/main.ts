import { sdkVersion } from "../sdk-version.ts";
import { serve } from "../serve.ts";
import { GitLabProvider } from "./provider.ts";
import { retrying } from "./retries.ts";

// @gitbeaker takes no other `fetch` than the process has.
globalThis.fetch = retrying(globalThis.fetch);

/** The offline provider `gitlab`: the engine starts it with its own address as the only argument. */
await serve(() => new GitLabProvider(sdkVersion("gitlab")));
