import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Hex } from "viem";
import { OperatorError } from "../../common/index.ts";
import { artifactName } from "./name.ts";

/** A file system error as the sentence of an operator's mistake (a full disk, a missing right). */
function diskError(action: string, path: string, cause: unknown): OperatorError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new OperatorError("artifact-disk", `Cannot ${action} ${path}: ${reason}.`, { path }, { cause });
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

/**
 * Artifacts in one directory, a file each, named by their roots. A file that is there is whole: it appears by rename.
 * The store does not know what a root commits to, so who puts bytes has checked them.
 * Errors: OperatorError `bad-root`, `artifact-disk`.
 */
export class ArtifactStore {
  readonly directory: string;
  readonly #onDraft: () => void;

  /** @param onDraft called when a file's bytes are on disk and its name is not */
  constructor(directory: string, { onDraft = () => undefined }: { readonly onDraft?: () => void } = {}) {
    this.directory = directory;
    this.#onDraft = onDraft;
  }

  /** Where the artifact lies, whether or not it is there. SAFETY: a root that is not 64 hex digits is refused. */
  path(root: Hex): string {
    return join(this.directory, artifactName(root));
  }

  /** Size in bytes, undefined when it is not there. */
  async size(root: Hex): Promise<number | undefined> {
    const path = this.path(root);
    try {
      const entry = await stat(path);
      return entry.isFile() ? entry.size : undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw diskError("read", path, error);
    }
  }

  async has(root: Hex): Promise<boolean> {
    return (await this.size(root)) !== undefined;
  }

  /** The bytes, undefined when it is not there. */
  async get(root: Hex): Promise<Uint8Array | undefined> {
    const path = this.path(root);
    try {
      return await readFile(path);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw diskError("read", path, error);
    }
  }

  /** Writes beside, flushes and renames, so that neither a crash nor a second writer leaves a torn file. */
  async put(root: Hex, bytes: Uint8Array): Promise<void> {
    const path = this.path(root);
    const draft = `${path}.${randomUUID()}.draft`;
    try {
      await mkdir(this.directory, { recursive: true });
      const file = await open(draft, "wx");
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      this.#onDraft();
      await rename(draft, path);
    } catch (error) {
      // The first error is the one to tell.
      await rm(draft, { force: true }).catch(() => undefined);
      throw diskError("write", path, error);
    }
  }

  /** Removes what interrupted writes left. ASSUMES: nobody writes meanwhile. */
  async sweep(): Promise<void> {
    const names = await readdir(this.directory).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw diskError("read", this.directory, error);
    });
    for (const name of names.filter((each) => each.endsWith(".draft"))) await rm(join(this.directory, name));
  }

  async remove(root: Hex): Promise<void> {
    await rm(this.path(root), { force: true });
  }
}
