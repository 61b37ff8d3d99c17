import { expect } from "chai";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "viem";
import { OperatorError, TransientError } from "../common/index.ts";
import { programCommitment, type Program } from "../engine/index.ts";
import {
  ArtifactStore,
  connect,
  deployContracts,
  devAccount,
  encodeManifest,
  manifestHash,
  decodeManifest,
  serveArtifacts,
  startAnvil,
  type HttpServer,
} from "../protocol/index.ts";
import { obtainBundle, obtainState, validateOnChain } from "./bundle.ts";
import { putExampleBundle, type ExampleBundle } from "./example-bundle.ts";

describe("bundle", () => {
  let folder: string;
  let served: ArtifactStore;
  let server: HttpServer;
  let terms: ExampleBundle;
  let store: ArtifactStore;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "pinpoint-bundle-"));
    served = new ArtifactStore(join(folder, "served"));
    store = new ArtifactStore(join(folder, "own"));
    terms = await putExampleBundle(served, 1);
    server = await serveArtifacts({ store: served });
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const obtain = (maxDatasetBytes = 2 ** 20) => obtainBundle({ store, terms, uri: server.url, maxDatasetBytes });
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail("it succeeded"),
      (error: unknown) => error,
    );

  it("fetches every artifact that the terms and declarations name, and later needs nobody", async () => {
    const { program, manifest } = await obtain();
    expect(program.operators).to.have.length(18);
    expect(manifest.name).to.equal("Softmax classifier");
    const names = [
      terms.programRoot,
      terms.datasetRoot,
      terms.initialStateRoot,
      terms.manifestHash,
      ...terms.constantRoots,
    ];
    expect(readdirSync(store.directory).toSorted()).to.deep.equal(names.map((name) => name.slice(2)).toSorted());
    await server.close();
    expect((await obtain()).commitment.root).to.deep.equal(Buffer.from(terms.programRoot.slice(2), "hex"));
  });

  for (const name of ["programRoot", "datasetRoot", "initialStateRoot", "manifestHash"] as const) {
    it(`keeps nothing of a ${name} that its bytes do not have`, async () => {
      await writeFile(served.path(terms[name]), Buffer.alloc(64));
      expect(await failure(obtain()))
        .to.be.instanceOf(OperatorError)
        .with.property("code", "artifact-wrong");
      expect(await store.has(terms[name])).to.equal(false);
    });
  }

  it("refuses more bytes than a declaration allows", async () => {
    await truncate(served.path(terms.constantRoots[0]!), 64 * 4 + 1);
    expect(await failure(obtain()))
      .to.be.instanceOf(OperatorError)
      .with.property("code", "artifact-too-large");
    await putExampleBundle(served, 1);
    expect(await failure(obtain(100))).to.have.property("code", "artifact-too-large");
  });

  it("shows the program before it fetches what the program declares", async () => {
    const refused = new OperatorError("job-too-large", "It is too large.");
    const check = (program: Program): void => {
      expect(program.operators).to.have.length(18);
      throw refused;
    };
    const asked = obtainBundle({ store, terms, uri: server.url, maxDatasetBytes: 2 ** 20, check });
    expect(await failure(asked)).to.equal(refused);
    expect(await store.has(terms.constantRoots[0]!)).to.equal(false);
  });

  it("asks the deployed validator about every operator, whatever this engine thinks", async () => {
    const anvil = await startAnvil();
    try {
      const deployment = await deployContracts({ rpc: anvil.rpc, deployer: devAccount(0), fund: [] });
      const chain = await connect(anvil.rpc, deployment);
      const { program, commitment } = await obtain();
      await validateOnChain(chain, { program, commitment });
      const operators = program.operators.map((operator, j) => (j === 4 ? { ...operator, extents: [4, 2] } : operator));
      const changed = { ...program, operators };
      const refused = validateOnChain(chain, { program: changed, commitment: programCommitment(changed) });
      expect(await failure(refused))
        .to.include({ code: "validator-refuses" })
        .and.to.have.nested.property("facts.operator");
    } finally {
      await anvil.stop();
    }
  });

  it("refuses a manifest that describes another job", async () => {
    const bytes = (await served.get(terms.manifestHash))!;
    const manifest = decodeManifest(bytes);
    const other = encodeManifest({ ...manifest, roots: { ...manifest.roots, dataset: manifest.roots.program } });
    terms = { ...terms, manifestHash: manifestHash(other) };
    await served.put(terms.manifestHash, other);
    expect(await failure(obtain()))
      .to.be.instanceOf(OperatorError)
      .with.property("code", "manifest-mismatch");
  });

  it("waits for a state that is not served yet", async () => {
    const { program } = await obtain();
    const root: Hex = `0x${"ab".repeat(32)}`;
    expect(await failure(obtainState({ store, program, root, uri: server.url }))).to.be.instanceOf(TransientError);
  });
});
