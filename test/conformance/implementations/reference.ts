import { validateRecord } from "../../../engine/index.ts";
import { executorImplementation } from "./executor.ts";
import type { Implementation } from "./implementation.ts";

/** The reference kernels, and the validation of records in TypeScript. */
export const reference: Implementation = {
  ...executorImplementation("reference"),
  validate: async (vectors) =>
    vectors.map(({ header, operator, record, sources }) => validateRecord(header, operator, record, [...sources])),
};
