import * as pulumi from "@pulumi/pulumi";

/** How the titles of a stack's keys begin on the host: by it a stack knows its own, also when its state is lost. */
export const titlePrefix = (): string => `${pulumi.getProject()}/${pulumi.getStack()}: `;

/** The title of a key: whose it is, and for what. */
export const keyTitle = (purpose: string): string => `${titlePrefix()}${purpose}`;
