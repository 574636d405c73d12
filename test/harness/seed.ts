// Loaded before every test file: property tests try the same cases at every run, so that a failure is the change's.
// `TEST_SEED=$RANDOM npm test` looks for new ones.
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env.TEST_SEED ?? 1) });
