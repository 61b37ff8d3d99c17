import type { Case } from "./case.ts";
import { elementwiseCases } from "./cases-elementwise.ts";
import { movementCases } from "./cases-movement.ts";
import { productCases } from "./cases-products.ts";

export const cases: readonly Case[] = [...productCases, ...elementwiseCases, ...movementCases];
