import tseslint from "typescript-eslint";

/** One direction for imports: index.ts → components → pure modules. The lab and the product never meet. */
const never = (patterns) => ({ "no-restricted-imports": ["error", { patterns }] });

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
  {
    files: ["lab/**/*.ts"],
    rules: never([
      { group: ["**/components/**"], message: "The lab knows nothing of Slipway's components." },
    ]),
  },
  { files: ["**/*.js", "**/*.mjs"], extends: [tseslint.configs.disableTypeChecked] },
);
