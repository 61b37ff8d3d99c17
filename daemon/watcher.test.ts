import { expect } from "chai";
import { createTestClient, http } from "viem";
import { OperatorError, TransientError } from "../common/index.ts";
import { rpcClient, startAnvil, type Anvil } from "../protocol/index.ts";
import { Heads, watch } from "./watcher.ts";

describe("watcher", () => {
  let anvil: Anvil;
  beforeEach(async () => (anvil = await startAnvil()));
  afterEach(() => anvil.stop());

  const watching = (stop: AbortController) => ({ client: rpcClient(anvil.rpc), pollMs: 10, signal: stop.signal });
  const test = () => createTestClient({ mode: "anvil", transport: http(anvil.rpc) });

  it("calls for every newest block, never twice at once, and ends without error", async () => {
    const stop = new AbortController();
    const options = watching(stop);
    const seen: bigint[] = [];
    let inside = 0;
    await watch(new Heads(options), options, async ({ number }) => {
      expect(++inside).to.equal(1);
      seen.push(number);
      await test().mine({ blocks: 2 });
      if (seen.length === 3) stop.abort();
      inside--;
    });
    expect(seen).to.deep.equal([0n, 2n, 4n]);
  });

  it("calls again without a new block: work may have ended on a chain that mines only transactions", async () => {
    const stop = new AbortController();
    const options = watching(stop);
    const seen: bigint[] = [];
    await watch(new Heads(options), options, async ({ number }) => {
      if (seen.push(number) === 2) stop.abort();
    });
    expect(seen).to.deep.equal([0n, 0n]);
  });

  it("goes on when its node comes back, and after work that may be tried again", async () => {
    const stop = new AbortController();
    const options = watching(stop);
    const seen: bigint[] = [];
    let restarted: Promise<void> | undefined;
    /** While it is away, the watcher asks in vain; then there is another block. */
    const comeBack = async () => {
      anvil = await startAnvil({ port: anvil.port });
      await test().mine({ blocks: 1 });
    };
    await watch(new Heads(options), options, async ({ number }) => {
      seen.push(number);
      if (seen.length === 1) throw new TransientError("away", "Not there yet.");
      if (number > 0n) return stop.abort();
      if (seen.length > 2) return;
      await anvil.stop();
      restarted = comeBack();
    });
    await restarted;
    expect(seen.slice(0, 2)).to.deep.equal([0n, 0n]);
    expect(seen.at(-1)).to.equal(1n);
  });

  it("calls a node stale that fell back below what a reorganisation takes, or whose newest block is too old", async () => {
    const stop = new AbortController();
    await test().mine({ blocks: 40 });
    const heads = new Heads({ ...watching(stop), maxLagSeconds: 60 });
    expect(heads.stale).to.equal(undefined);
    const { number } = await heads.after();
    const client = rpcClient(anvil.rpc);
    await client.request({ method: "anvil_rollback", params: [16] } as never);
    expect((await heads.after()).number).to.equal(number - 16n);
    expect(heads.stale).to.equal(undefined);
    await client.request({ method: "anvil_rollback", params: [1] } as never);
    await heads.after();
    expect(heads.stale).to.match(/is at block 23, and was at 40/);
    await test().mine({ blocks: 1 });
    await heads.after();
    expect(heads.stale).to.equal(undefined);
    // Its clock stands still from here.
    const old = new Heads({ ...watching(stop), maxLagSeconds: -1_000 });
    await old.after();
    expect(old.stale).to.match(/newest block is -?\d+ seconds old/);
  });

  it("does not hide what a person must mend", async () => {
    const stop = new AbortController();
    const options = watching(stop);
    const broken = watch(new Heads(options), options, () => Promise.reject(new OperatorError("broken", "Mend it.")));
    expect(await broken.catch((error: unknown) => error)).to.have.property("code", "broken");
  });
});
