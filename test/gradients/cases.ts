import type { Case } from "./case.ts";
import { activationCases } from "./cases-activations.ts";
import { conditionCases } from "./cases-conditions.ts";
import { elementwiseCases } from "./cases-elementwise.ts";
import { movementCases } from "./cases-movement.ts";
import { normalisationCases } from "./cases-normalisations.ts";
import { productCases } from "./cases-products.ts";
import { reductionCases } from "./cases-reductions.ts";
import { windowCases } from "./cases-windows.ts";

export const cases: readonly Case[] = [
  ...productCases,
  ...windowCases,
  ...elementwiseCases,
  ...activationCases,
  ...conditionCases,
  ...reductionCases,
  ...normalisationCases,
  ...movementCases,
];
