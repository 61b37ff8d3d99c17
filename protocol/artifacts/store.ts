import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { Hex } from "viem";
import { FileBytes, OperatorError, TransientError } from "../../common/index.ts";
import { artifactName } from "./name.ts";

/** A file system error as the sentence of an operator's mistake (a full disk, a missing right). */
export function diskError(action: string, path: string, cause: unknown): OperatorError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new OperatorError("artifact-disk", `Cannot ${action} ${path}: ${reason}.`, { path }, { cause });
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

/** A file that has no name in the store yet. */
export interface Draft {
  /** For reading and writing. */
  readonly file: FileHandle;
  readonly path: string;
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

  /** The bytes where they lie, undefined when it is not there. Errors: OperatorError `file-unreadable` besides. */
  async open(root: Hex): Promise<FileBytes | undefined> {
    return (await this.has(root)) ? FileBytes.open(this.path(root)) : undefined;
  }

  /** Keeps bytes under their root. */
  async put(root: Hex, bytes: Uint8Array): Promise<void> {
    this.path(root);
    await this.write(async (draft) => {
      await draft.file.writeFile(bytes);
      return root;
    });
  }

  /**
   * Keeps what `fill` writes under the root that it returns. Writes beside, flushes and renames, so that neither a crash nor a
   * second writer leaves a torn file. Errors: what `fill` throws besides.
   */
  async write(fill: (draft: Draft) => Promise<Hex>): Promise<Hex> {
    const draft = join(this.directory, `${randomUUID()}.draft`);
    try {
      await mkdir(this.directory, { recursive: true });
      const file = await open(draft, "wx+");
      let root: Hex;
      try {
        root = await fill({ file, path: draft });
        await file.sync();
      } finally {
        await file.close();
      }
      this.#onDraft();
      await rename(draft, this.path(root));
      return root;
    } catch (error) {
      // The first error is the one to tell.
      await rm(draft, { force: true }).catch(() => undefined);
      if (error instanceof OperatorError || error instanceof TransientError) throw error;
      throw diskError("write", this.directory, error);
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
