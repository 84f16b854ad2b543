import { z } from "zod";
import { maySee, roleIn } from "./caller.ts";
import { type Answer, type SignedInCall, ok } from "./endpoint.ts";
import { paginateById } from "./pagination.ts";
import { flag, integer, readParameters, texts, visibility } from "./parameters.ts";
import { fullProject, permissions, simpleProject } from "./project-view.ts";
import type { ProjectAndRepository } from "./projects.ts";

const parameters = z.object({
  archived: flag.optional(),
  membership: flag.optional(),
  min_access_level: integer.optional(),
  order_by: z
    .enum(["id", "name", "path", "created_at", "updated_at", "last_activity_at", "similarity", "star_count"])
    .optional(),
  owned: flag.optional(),
  search: z.string().optional(),
  search_namespaces: flag.optional(),
  simple: flag.optional(),
  sort: z.enum(["asc", "desc"]).optional(),
  topic: texts.optional(),
  visibility: visibility.optional(),
});

/** A list of projects, as the request filters and orders them: https://docs.gitlab.com/api/projects/#list-all-projects */
export async function listProjects(
  call: SignedInCall,
  among: (it: ProjectAndRepository) => boolean = () => true,
): Promise<Answer> {
  const wanted = readParameters(parameters, call);
  const { user } = call.caller;
  const least = wanted.min_access_level ?? (wanted.membership === true || wanted.owned === true ? 10 : 0);
  const words = wanted.search?.toLowerCase() ?? "";
  const found = call.projects.list().filter((it) => {
    const { project, repository } = it;
    const searched = [
      project.name,
      repository.name,
      repository.description ?? "",
      ...(wanted.search_namespaces === true ? [repository.owner] : []),
    ];
    return (
      among(it) &&
      maySee(repository, user) &&
      roleIn(repository, user) >= least &&
      (wanted.archived ?? repository.archived) === repository.archived &&
      (wanted.visibility ?? repository.visibility) === repository.visibility &&
      (wanted.topic ?? []).every((topic) => repository.topics.includes(topic)) &&
      searched.some((text) => text.toLowerCase().includes(words))
    );
  });
  const page = paginateById(call, ordered(found, wanted), ({ project }) => project.id);
  const shown = page.items.map(async (it) =>
    wanted.simple === true
      ? simpleProject(call, it)
      : { ...(await fullProject(call, it)), ...permissions(call, it) },
  );
  return ok(await Promise.all(shown), page.headers);
}

function ordered(
  found: readonly ProjectAndRepository[],
  {
    order_by: by = "created_at",
    sort = by === "name" || by === "path" ? "asc" : "desc",
  }: z.output<typeof parameters>,
): ProjectAndRepository[] {
  const key = ({ project, repository }: ProjectAndRepository): string => {
    switch (by) {
      case "name":
        return project.name.toLowerCase();
      case "path":
        return repository.name.toLowerCase();
      case "updated_at":
        return repository.updatedAt;
      case "last_activity_at":
        return repository.pushedAt;
      default:
        // Ids grow with time, and several projects may have one second.
        return String(project.id).padStart(12, "0");
    }
  };
  const up = [...found].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return sort === "asc" ? up : up.reverse();
}
