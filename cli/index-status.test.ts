import { expect } from "chai";
import { startIndexer } from "../indexer/index.ts";
import { deployContracts, devAccount, startAnvil } from "../protocol/index.ts";
import { serveIndexStatus } from "./index-status.ts";

describe("an indexer's metrics", () => {
  it("tell how far it is, what is at risk, and that its node is away", async () => {
    const anvil = await startAnvil();
    const deployment = await deployContracts({ rpc: anvil.rpc, deployer: devAccount(0) });
    const indexer = await startIndexer({ rpc: anvil.rpc, deployment, database: ":memory:", pollMs: 20 });
    const status = await serveIndexStatus(indexer, 0);
    const get = async (path: string) => {
      const answer = await fetch(status.url + path);
      return { code: answer.status, text: await answer.text() };
    };
    try {
      while (indexer.health().indexed === undefined) await get("/health");
      const { text } = await get("/metrics");
      expect(text).to.contain(`pinpoint_chain_head_block{daemon="indexer"} ${indexer.health().head}\n`);
      expect(text).to.contain('pinpoint_index_lag_blocks{daemon="indexer"} 0\n');
      expect(text).to.contain('pinpoint_games_open{side="any",daemon="indexer"} 0\n');
      expect(text).to.contain('pinpoint_at_risk_tokens{kind="stake",forecast="lose",daemon="indexer"} 0\n');
      const well = await get("/health");
      expect(well.code).to.equal(200);
      expect(JSON.parse(well.text)).to.include({ ok: true, daemon: "indexer" });
      await anvil.stop();
      while ((await get("/health")).code === 200);
      const ill = JSON.parse((await get("/health")).text);
      expect(ill.problems).to.have.length(1);
      while ((await get("/metrics")).text.includes('side="any"'));
    } finally {
      await status.close();
      await indexer.stop();
      await anvil.stop();
    }
  });
});
