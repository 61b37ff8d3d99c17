import type { Hex } from "viem";
import { bytesOf, writeAt } from "../../common/index.ts";
import type { Executor } from "../../engine/index.ts";
import type { ArtifactStore } from "../../protocol/index.ts";

/** Keeps the state after an executor's last step under its root, from where it lies. @throws OperatorError `artifact-disk` */
export async function storeState(store: ArtifactStore, root: Hex, executor: Executor): Promise<void> {
  await store.write(({ file }) => {
    let at = 0;
    executor.lookAtState((_, words) => {
      writeAt(file.fd, bytesOf(words), at);
      at += words.byteLength;
    });
    return Promise.resolve(root);
  });
}
