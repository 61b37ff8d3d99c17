import { connective } from "./connective.ts";

export const xor = connective("Xor", "xor", "ixor");
