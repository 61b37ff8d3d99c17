import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/** What stands at a path of the JSON. */
function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], json);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function choice(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === "string" ? `"${value}"` : String(value))).join(" or ");
}

const kinds: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/** What may stand there. */
function wantedBy(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${kinds[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be ${choice(issue.values)}`;
    case "too_small": {
      if (issue.origin === "string" || issue.origin === "array") return "must not be empty";
      return `must be ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
    }
    case "too_big": {
      const most = `${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}`;
      return issue.origin === "string" ? `must have ${most} characters` : `must be ${most}`;
    }
    case "invalid_union":
      return "options" in issue ? `must be ${choice(issue.options as unknown[])}` : issue.message;
    default:
      return issue.message;
  }
}

function sentence(issue: Issue, json: unknown): string {
  const place = issue.path.map(String).join(".");
  const where = place === "" ? "it" : `"${place}"`;
  if (issue.code === "unrecognized_keys") {
    const members = issue.keys.map((key) => `"${key}"`).join(", ");
    return `${where} has the unknown member ${members}`;
  }
  const found = valueAt(json, issue.path);
  const wanted = wantedBy(issue);
  if (found === undefined) return `${where} is missing and ${wanted}`;
  return `${where} is ${shown(found)} and ${wanted}`;
}

/** What is wrong with a JSON value, a clause for each place. */
export function problemsOf(error: z.ZodError, json: unknown): string[] {
  return error.issues.map((issue) => sentence(issue, json));
}
