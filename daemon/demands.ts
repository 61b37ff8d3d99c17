import { readDemand, readDemandCount, type Demand } from "../protocol/index.ts";
import type { Session } from "./session.ts";
import { Unfinished } from "./unfinished.ts";

const waiting = new Set<Demand["status"]>(["None", "Open"]);

/** Every demand for a chunk that is not finished, block by block. */
export function unfinishedDemands({ chain }: Session): Unfinished<Demand> {
  return new Unfinished({
    count: () => readDemandCount(chain),
    read: (id) => readDemand(chain, id),
    finished: ({ status }) => !waiting.has(status),
  });
}

/** What stays the same of a demand unless the chain is reorganised. */
export function demandKey({ id, jobId, checkpoint, tensor, chunk, answerBy }: Demand): string {
  return `${id}/${jobId}/${checkpoint}/${tensor}/${chunk}/${answerBy}`;
}
