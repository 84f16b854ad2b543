/** GitHub Pages: kept and shown, never built. */
import { z } from "zod";
import {
  type Answer,
  type RepositoryCall,
  type RepositoryEndpoint,
  created,
  noContent,
  ok,
} from "./endpoint.ts";
import { GitHubError, notFound } from "./github-error.ts";
import { readBody } from "./request-body.ts";

const source = z.object({ branch: z.string(), path: z.enum(["/", "/docs", ""]).optional() });
const enabling = z.object({
  build_type: z.enum(["legacy", "workflow"]).optional(),
  source: source.optional(),
});
const changing = z.object({ ...enabling.shape, cname: z.string().nullish() });

/** The Pages site of a repository. */
export const pagesEndpoints: readonly RepositoryEndpoint[] = [
  {
    method: "GET",
    below: "/pages",
    docs: "pages/pages#get-a-apiname-pages-site",
    access: "readers",
    run: (call) => {
      requirePages(call);
      return ok(showPages(call));
    },
  },
  {
    method: "POST",
    below: "/pages",
    docs: "pages/pages#create-a-apiname-pages-site",
    access: "administrators",
    run: async (call) => {
      if (call.repository.settings["pages"] === true)
        throw new GitHubError(409, "GitHub Pages is already enabled.");
      const fields = readBody(enabling, call.body);
      if (fields.build_type !== "workflow" && fields.source === undefined) {
        throw new GitHubError(422, 'Invalid request.\n\n"source" wasn\'t supplied.');
      }
      await setPages(call, fields);
      return created(showPages(call), `${call.urls.repository(call.repository)}/pages`);
    },
  },
  {
    method: "PUT",
    below: "/pages",
    docs: "pages/pages#update-information-about-a-apiname-pages-site",
    access: "administrators",
    run: async (call) => {
      requirePages(call);
      await setPages(call, readBody(changing, call.body));
      return noContent;
    },
  },
  {
    method: "DELETE",
    below: "/pages",
    docs: "pages/pages#delete-a-apiname-pages-site",
    access: "administrators",
    run: async (call) => {
      requirePages(call);
      call.repository.settings = Object.fromEntries(
        Object.entries(call.repository.settings).filter(([key]) => !key.startsWith("pages")),
      );
      await call.store.save();
      return noContent;
    },
  },
];

function requirePages({ repository }: RepositoryCall): void {
  if (repository.settings["pages"] !== true) throw notFound();
}

async function setPages(
  { repository, store }: RepositoryCall,
  fields: z.output<typeof changing>,
): Promise<void> {
  const { settings } = repository;
  settings["pages"] = true;
  settings["pages_build_type"] = fields.build_type ?? settings["pages_build_type"] ?? "legacy";
  if (fields.source !== undefined) {
    settings["pages_branch"] = fields.source.branch;
    settings["pages_path"] = fields.source.path === "/docs" ? "/docs" : "/";
  }
  if (fields.cname !== undefined) settings["pages_cname"] = fields.cname ?? "";
  await store.save();
}

function showPages({ repository, urls }: RepositoryCall): Answer["body"] {
  const { settings } = repository;
  const cname = settings["pages_cname"] ?? "";
  return {
    url: `${urls.repository(repository)}/pages`,
    status: null,
    cname: cname === "" ? null : cname,
    custom_404: false,
    html_url: urls.web(`/pages/${repository.owner}/${repository.name}/`),
    build_type: settings["pages_build_type"],
    source: {
      branch: settings["pages_branch"] ?? repository.defaultBranch,
      path: settings["pages_path"] ?? "/",
    },
    public: repository.visibility === "public",
    https_enforced: false,
  };
}
