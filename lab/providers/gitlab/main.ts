import { sdkVersion } from "../sdk-version.ts";
import { serve } from "../serve.ts";
import { GitLabProvider } from "./provider.ts";

/** The offline provider `gitlab`: the engine starts it with its own address as the only argument. */
await serve(() => new GitLabProvider(sdkVersion("gitlab")));
