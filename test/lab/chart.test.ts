import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { seedFiles } from "../../components/git/seed-files.ts";
import { seedValueNames, type SeedValues } from "../../components/git/seed-values.ts";
import { renderFirstRelease, springApp } from "./chart-render.ts";

/*
 * The seeded chart and the seeded first release are two files each of one thing. After a change of the chart:
 *
 *   UPDATE_GOLDEN=1 npx vitest run test/lab/chart.test.ts
 *
 * renders the release again into repositories/fluxcd/apps/.
 */

/** Values that occur nowhere else, so that what is rendered with them shows where the placeholders belong. */
const marks: SeedValues = {
  ...springApp,
  app: "golden-app-mark",
  namespace: "golden-namespace-mark",
  imageRepository: "golden-image-mark",
  imageTag: "golden-tag-mark",
};

const repositories = fileURLToPath(new URL("../../repositories", import.meta.url));
const seededRelease = join(repositories, "fluxcd/apps/%{slipway.app}");

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "slipway-chart-"));
  if (process.env["UPDATE_GOLDEN"]) updateGolden();
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

function updateGolden(): void {
  const rendered = renderFirstRelease(marks, join(work, "golden"));
  mkdirSync(seededRelease, { recursive: true });
  for (const name of readdirSync(seededRelease)) {
    if (!(name in rendered)) rmSync(join(seededRelease, name));
  }
  for (const [name, text] of Object.entries(rendered)) {
    const golden = seedValueNames
      .filter((value) => marks[value] !== springApp[value])
      .reduce((result, value) => result.replaceAll(marks[value], `%{slipway.${value}}`), text);
    const temporary = join(work, name);
    writeFileSync(temporary, golden);
    renameSync(temporary, join(seededRelease, name));
  }
}

/** The files of apps/<app> in the seed of the fluxcd repository, by name. */
function firstRelease(values: SeedValues): Record<string, string> {
  const folder = `apps/${values.app}/`;
  return Object.fromEntries(
    seedFiles("fluxcd", values, "github")
      .filter(({ path }) => path.startsWith(folder))
      .map(({ path, content }) => [path.slice(folder.length), content.toString()]),
  );
}

describe("the seeded first release", () => {
  const other: SeedValues = {
    ...springApp,
    app: "shop",
    namespace: "shop-production",
    imageRepository: "localhost:5000/team/shop",
    imageTag: "1.2e3",
  };
  test.each([springApp, other])("of $app is what the seeded chart renders, byte for byte", (values) => {
    expect(firstRelease(values)).toEqual(renderFirstRelease(values, join(work, values.app)));
  });

  const manifests = (): Record<string, Record<string, unknown>> =>
    Object.fromEntries(
      Object.values(firstRelease(springApp)).map((text) => {
        const manifest = parse(text) as Record<string, unknown>;
        return [String(manifest["kind"]), manifest];
      }),
    );

  test("is a Deployment, an autoscaler and a Service with the reference system's names, and no Namespace", () => {
    expect(
      Object.values(manifests()).map(({ kind, metadata }) => ({
        kind,
        ...(metadata as { name: string; namespace: string }),
      })),
    ).toMatchObject([
      { kind: "Deployment", name: "spring-app", namespace: "spring-app-namespace" },
      { kind: "HorizontalPodAutoscaler", name: "spring-app-hpa", namespace: "spring-app-namespace" },
      { kind: "Service", name: "spring-app-service", namespace: "spring-app-namespace" },
    ]);
  });

  test("leaves the number of pods to the autoscaler, 1 to 5 at 70 % CPU", () => {
    expect(manifests()["Deployment"]).not.toHaveProperty("spec.replicas");
    expect(manifests()["HorizontalPodAutoscaler"]).toMatchObject({
      apiVersion: "autoscaling/v2",
      spec: {
        scaleTargetRef: { kind: "Deployment", name: "spring-app" },
        minReplicas: 1,
        maxReplicas: 5,
        metrics: [{ resource: { name: "cpu", target: { averageUtilization: 70 } } }],
      },
    });
  });

  test("answers on node port 30001, from container port 8080", () => {
    expect(manifests()["Service"]).toMatchObject({
      spec: { type: "NodePort", ports: [{ port: 8080, targetPort: "http", nodePort: 30001 }] },
    });
    expect(manifests()["Deployment"]).toHaveProperty("spec.template.spec.containers.0.ports", [
      { name: "http", containerPort: 8080 },
    ]);
  });

  // https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
  test("satisfies Pod Security's level restricted", () => {
    expect(manifests()["Deployment"]).toMatchObject({
      spec: {
        template: {
          spec: {
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } },
            ],
            volumes: [{ emptyDir: {} }],
          },
        },
      },
    });
  });
});
