// Moves the clock of a program forward: `NODE_OPTIONS="--import …/later.mjs"`, with LATER_DAYS in the environment.
const ahead = Number(process.env["LATER_DAYS"] ?? "0") * 86_400_000;
const Real = Date;

globalThis.Date = class extends Real {
  constructor(...args) {
    if (args.length === 0) super(Real.now() + ahead);
    else super(...args);
  }

  static now() {
    return Real.now() + ahead;
  }
};
