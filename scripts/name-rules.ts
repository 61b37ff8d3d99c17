import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sourceFiles } from "./layer-rules.ts";

const DOCUMENTS = /^(?:README\.md|docs\/.*|spec\/.*)$/;

/** Made by a tool, so a document may name it in a tree that does not hold it yet. */
const GENERATED = /(?:^|\/)(?:artifacts|cache|build|coverage|node_modules)(?:\/|$)/;

function isTest(file: string): boolean {
  return file.startsWith("test/") || file.endsWith(".test.ts");
}

/** A word in backticks is a path of ours when it has a slash and begins with a top-level folder. */
function pathsIn(markdown: string, folders: ReadonlySet<string>): string[] {
  const prose = markdown.replace(/^ *(```|~~~)[^]*?^ *\1/gm, "");
  return [...prose.matchAll(/`([^`\s]+)`/g)]
    .map((match) => (match[1] ?? "").replace(/(?::\d+(?:-\d+)?|#.*)$/, ""))
    .filter((word) => /^[\w@.{},*-]+\/[\w@./{},*-]*$/.test(word) && folders.has(word.slice(0, word.indexOf("/"))));
}

function exists(root: string, path: string): boolean {
  return /[*{]/.test(path) ? globSync(path, { cwd: root }).length > 0 : existsSync(join(root, path));
}

/** Markdown that names a path which is not there, in backticks or as a relative link. */
function brokenPaths(root: string, file: string, folders: ReadonlySet<string>): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const links = [...text.matchAll(/\]\(([^)\s#:]+)(?:#[^)]*)?\)/g)].map((match) => join(dirname(file), match[1] ?? ""));
  return [...new Set([...pathsIn(text, folders), ...links])]
    .filter((path) => !GENERATED.test(path) && !exists(root, path))
    .map((path) => `${file}: names ${path}, which does not exist`);
}

/** Plain errors say nothing about who must act; `common/errors.ts` has the three families that do. */
function plainErrors(root: string, file: string): string[] {
  const lines = readFileSync(join(root, file), "utf8").split("\n");
  return lines.flatMap((line, index) =>
    /\b(?:new|throw) Error\(/.test(line)
      ? [`${file}:${index + 1}: throw a TransientError, OperatorError or DefectError, not a plain Error`]
      : [],
  );
}

/** Every breach below `root`, one sentence each. `folders` are the top-level folders that a path may begin with. */
export function nameProblems(root: string, folders: ReadonlySet<string>): string[] {
  const documents = sourceFiles(root, [".md"]).filter((file) => DOCUMENTS.test(file));
  const sources = sourceFiles(root).filter((file) => !isTest(file));
  return [
    ...documents.flatMap((file) => brokenPaths(root, file, folders)),
    ...sources.flatMap((file) => plainErrors(root, file)),
  ];
}
