import * as pulumi from "@pulumi/pulumi";

/** The stack's name for people, and in what is marked as its own: `slipway/prod`. */
export const stackName = (): string => `${pulumi.getProject()}/${pulumi.getStack()}`;

/** The stack's name for Pulumi, with the organisation before it: `organization/slipway/prod`. */
export const fullStackName = (): string => `${pulumi.getOrganization()}/${stackName()}`;
