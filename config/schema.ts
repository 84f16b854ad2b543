/** The configuration of a stack: its shape, and the defaults of what is left out. */
import { z } from "zod";
import { credentialsSchema } from "./credentials-schema.ts";
import { environmentSchema, type sourceSchema, type syncSchema } from "./environment-schema.ts";
import { fluxSchema } from "./flux-schema.ts";
import { filledText, label, repositoryName } from "./forms.ts";
import { gitSchema } from "./git-schema.ts";
import { repositorySchema } from "./repository-schema.ts";

/** The cluster of this stack. */
const clusterSchema = z.strictObject({
  /** The cluster's name for people, and its identity: changing it means another cluster, so everything is replaced. */
  name: label,
  /** Context of the kubeconfig that KUBECONFIG names. Without it, the current one. */
  context: filledText.optional(),
  /**
   * What `pulumi destroy` does with what runs there: remove it with everything else, or leave it running without Flux.
   * The value of the last `pulumi up` counts, since `destroy` does not run the program.
   */
  onDestroy: z.enum(["purge", "detach"]).default("purge"),
});

/** The whole configuration of a stack. */
export const stackSchema = z.strictObject({
  git: gitSchema,
  cluster: clusterSchema,
  flux: fluxSchema,
  repositories: z.record(repositoryName, repositorySchema),
  environments: z.record(label, environmentSchema),
  credentials: credentialsSchema.prefault({}),
});

export type Git = z.infer<typeof gitSchema>;
export type Cluster = z.infer<typeof clusterSchema>;
export type Flux = z.infer<typeof fluxSchema>;
export type Repository = z.infer<typeof repositorySchema>;
export type Source = z.infer<typeof sourceSchema>;
export type Sync = z.infer<typeof syncSchema>;
export type Credentials = z.infer<typeof credentialsSchema>;
export type Environment = z.infer<typeof environmentSchema>;
export type Stack = z.infer<typeof stackSchema>;
