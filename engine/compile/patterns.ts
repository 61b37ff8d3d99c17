import { OperatorError } from "../../common/index.ts";

/** A pattern as a regular expression: `*` is any characters, `?` one. */
function expressionOf(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "su");
}

/**
 * The names that some pattern fits. Throws an OperatorError of the code given where a pattern fits none; `what` is the sentence's middle,
 * as "cannot be frozen".
 */
export function matching(
  names: readonly string[],
  patterns: readonly string[],
  code: string,
  what: string,
): ReadonlySet<string> {
  const chosen = new Set<string>();
  for (const pattern of patterns) {
    const expression = expressionOf(pattern);
    const fits = names.filter((name) => expression.test(name));
    if (fits.length === 0)
      throw new OperatorError(code, `"${pattern}" ${what}: no initialiser of that name is in use.`, { pattern, names });
    for (const name of fits) chosen.add(name);
  }
  return chosen;
}
