import tseslint from "typescript-eslint";

/** One direction for imports: index.ts → components → pure modules. The lab and the product never meet. */
const never = (patterns) => ({ "no-restricted-imports": ["error", { patterns }] });

/**
 * What is made inside `apply` is not in a preview whose values are unknown. Classes of the language itself make no resource;
 * the verbs are those of GitHost, which do.
 */
const harmless = "/(Error|^URL|^Map|^Set|^Date|^RegExp)$/";
const insideApply = "CallExpression[callee.property.name='apply'] > :function";
const nothingInsideApply = {
  "no-restricted-syntax": [
    "error",
    ...[
      `${insideApply} NewExpression:not([callee.name=${harmless}])`,
      `${insideApply} CallExpression[callee.object.name='host'][callee.property.name=/^(repository|deployKey|variable|secret)$/]`,
    ].map((selector) => ({
      selector,
      message: "Make no resource inside apply: a preview would not show it.",
    })),
  ],
};

export default tseslint.config(
  { ignores: ["node_modules/", ".lab/", "repositories/"] },
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["*.js"] } } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-deprecated": "error",
      "prefer-template": "error",
      eqeqeq: "error",
    },
  },
  {
    files: ["components/**/*.ts", "index.ts", "config.ts"],
    rules: never([{ group: ["**/lab/**"], message: "The product never loads the lab." }]),
  },
  { files: ["components/**/*.ts", "index.ts"], rules: nothingInsideApply },
  {
    files: ["lab/**/*.ts"],
    rules: never([
      { group: ["**/components/**"], message: "The lab knows nothing of Slipway's components." },
    ]),
  },
  { files: ["**/*.js", "**/*.mjs"], extends: [tseslint.configs.disableTypeChecked] },
);
