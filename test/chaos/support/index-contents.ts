import { startIndexer, type Indexer, type IndexerConfig } from "../../../indexer/index.ts";
import type { Network, Role } from "../../e2e/network.ts";

/** An index of the network's chain, in memory. */
export function indexOf({ rpc, chain }: Network, more: Partial<IndexerConfig> = {}): Promise<Indexer> {
  return startIndexer({ rpc, deployment: chain.deployment, database: ":memory:", pollMs: 50, ...more });
}

/** All that an index tells, once it holds the block that is the newest now. */
export async function contentsOf(
  indexer: Indexer,
  network: Network,
  roles: readonly Role[],
): Promise<Record<string, unknown>> {
  const get = async (path: string): Promise<any> => (await fetch(`${indexer.url}${path}`)).json();
  const now = Number(await network.chain.client.getBlockNumber({ cacheTime: 0 }));
  await network.until(async () => {
    const { ok, indexed = 0 } = indexer.health();
    return ok && indexed >= now;
  });
  const [jobs, games] = [await get("/jobs?limit=200"), await get("/games?limit=200")];
  const all = (list: { id: number }[], path: (id: number) => string) =>
    Promise.all(list.map(({ id }) => get(path(id))));
  return {
    jobs,
    checkpoints: await all(jobs, (id) => `/jobs/${id}/checkpoints?limit=200`),
    seats: await all(jobs, (id) => `/jobs/${id}/seats?limit=200`),
    models: await get("/models?limit=200"),
    games: await all(games, (id) => `/games/${id}`),
    balances: await Promise.all(roles.map((role) => get(`/balances/${network.address(role)}`))),
  };
}

/** The same from an index that reads the whole chain anew. */
export async function freshContents(network: Network, roles: readonly Role[]): Promise<Record<string, unknown>> {
  const fresh = await indexOf(network);
  try {
    return await contentsOf(fresh, network, roles);
  } finally {
    await fresh.stop();
  }
}
