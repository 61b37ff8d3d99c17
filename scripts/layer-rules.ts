import { existsSync, globSync, readFileSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, extname, join, relative, sep } from "node:path";

/** Top-level folder → folders that it may import; `"*"` for those that import anything and that nothing imports. */
export type Layers = Record<string, readonly string[] | "*">;

/** Not ours, or made by a tool. AssemblyScript has its own module rules. */
const IGNORED_FOLDERS = new Set(["node_modules", "coverage", "build", "assembly"]);
/** Hardhat's, at the root only. */
const IGNORED_AT_ROOT = new Set(["artifacts", "cache"]);

/** Static, re-exporting, side-effect and dynamic imports, with or without `type`, of a relative file. */
const IMPORTS = [
  /^\s*(?:import|export)\b[^;"'`]*?\bfrom\s*["'](\.[^"']*)["']/gm,
  /^\s*import\s*["'](\.[^"']*)["']/gm,
  /\bimport\(\s*["'](\.[^"']*)["']\s*\)/g,
];

function ignored(name: string): boolean {
  return name.startsWith(".") || IGNORED_FOLDERS.has(name);
}

/** Every source file below `root` with one of the extensions, as sorted paths with `/` relative to it. */
export function sourceFiles(root: string, extensions: readonly string[] = [".ts"]): string[] {
  const exclude = (path: string) => ignored(basename(path));
  return globSync("**/*", { cwd: root, exclude })
    .map((path) => path.split(sep).join("/"))
    .filter((path) => extensions.includes(extname(path)) && !path.endsWith(".d.ts"))
    .filter((path) => !IGNORED_AT_ROOT.has(folderOf(path)))
    .toSorted();
}

/** Relative imports of one file, as paths relative to `root`. */
function importsOf(root: string, file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const targets = IMPORTS.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ""));
  return [...new Set(targets)].map((target) =>
    relative(root, join(root, dirname(file), target))
      .split(sep)
      .join("/"),
  );
}

function folderOf(file: string): string {
  return file.includes("/") ? file.slice(0, file.indexOf("/")) : "";
}

/** What is wrong with the arrow from `file` to `target`, if anything. */
function arrowProblem(layers: Layers, file: string, target: string): string | undefined {
  const from = folderOf(file);
  const to = folderOf(target);
  if (from === to) return undefined;
  const allowed = layers[from];
  if (allowed === undefined || layers[to] === undefined) return undefined;
  if (layers[to] === "*") return `${file}: nothing imports ${to}/, but this imports ${target}`;
  if (allowed !== "*" && !allowed.includes(to)) return `${file}: ${from}/ may not import ${to}/ (${target})`;
  if (target.endsWith(".ts") && target !== `${to}/index.ts`) return `${file}: import ${to}/index.ts, not ${target}`;
  return undefined;
}

/** Circles among files, each reported once from the file at which a depth-first walk enters it. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (file: string) => {
    const start = path.indexOf(file);
    if (start >= 0) found.push(`circle: ${[...path.slice(start), file].join(" → ")}`);
    if (start >= 0 || finished.has(file)) return;
    path.push(file);
    for (const target of graph.get(file) ?? []) visit(target);
    path.pop();
    finished.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return found;
}

/** Top-level folders that no row of the table names. */
function unknownFolders(root: string, layers: Layers): string[] {
  return readdirSync(root)
    .filter(
      (name) =>
        !ignored(name) &&
        !IGNORED_AT_ROOT.has(name) &&
        statSync(join(root, name)).isDirectory() &&
        layers[name] === undefined,
    )
    .map((name) => `${name}/: not in the table of layers`);
}

/** Every breach of the table below `root`, one sentence each; none when the tree obeys it. */
export function layerProblems(root: string, layers: Layers): string[] {
  const graph = new Map(sourceFiles(root).map((file) => [file, importsOf(root, file)]));
  const arrows: string[] = [];
  for (const [file, targets] of graph) {
    for (const target of targets) {
      const problem = existsSync(join(root, target))
        ? arrowProblem(layers, file, target)
        : `${file}: imports ${target}, which does not exist`;
      if (problem !== undefined) arrows.push(problem);
    }
  }
  return [...unknownFolders(root, layers), ...arrows, ...circles(graph)];
}
