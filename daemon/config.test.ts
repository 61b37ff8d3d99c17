import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperatorError } from "../common/index.ts";
import { divergenceAt, parseDiverge, parseSolverConfig, parseVerifierConfig } from "./config.ts";
import { plainKeyWarning } from "./keys.ts";
import { encryptKey, writeKeystore } from "./keystore.ts";

const key = `0x${"1f".repeat(32)}` as const;
const options = { deployment: "deployments/local.json", dataDir: "data" };

/** Code and message of what a call throws. */
function refused(call: () => unknown): { code: string; message: string } {
  try {
    call();
  } catch (error) {
    expect(error).to.be.instanceOf(OperatorError);
    return error as OperatorError;
  }
  throw new Error("nothing was thrown");
}

describe("configuration", () => {
  it("fills in what is usual and takes the key from the environment", () => {
    const config = parseSolverConfig(
      { ...options, minUnitPrice: "12", diverge: "1:2:3:4:5" },
      { PINPOINT_KEY: key.slice(2) },
    );
    expect(config).to.include({ privateKey: key, engine: "best", workers: 1, minUnitPrice: 12n, redisUrl: undefined });
    expect(config.artifacts).to.deep.equal({ host: "127.0.0.1", port: 0 });
    expect(config.diverge).to.deep.equal({ checkpoint: 1, step: 2, operator: 3, element: 4, bit: 5 });
    expect(parseVerifierConfig(options, { PINPOINT_KEY: key, REDIS_URL: "redis://x" })).to.include({
      enroll: 10n ** 21n,
      replay: "all",
      lieRate: 0.02,
      redisUrl: "redis://x",
    });
    const rewarding = { ...options, replay: "rewarding", replayCost: "7" } as const;
    expect(parseVerifierConfig(rewarding, { PINPOINT_KEY: key }).replayCost).to.equal(7n);
    expect(refused(() => parseVerifierConfig({ ...options, lieRate: 2 }, { PINPOINT_KEY: key })).code).to.equal(
      "bad-config",
    );
  });

  it("reads a key file, and never repeats what is wrong with a key", () => {
    const folder = mkdtempSync(join(tmpdir(), "pinpoint-config-"));
    const keyFile = join(folder, "key");
    writeFileSync(keyFile, `${key}\n`);
    expect(parseVerifierConfig({ ...options, keyFile }, {}).privateKey).to.equal(key);
    rmSync(folder, { recursive: true });
    expect(refused(() => parseVerifierConfig({ ...options, keyFile }, {})).code).to.equal("no-key");
    expect(refused(() => parseVerifierConfig(options, {})).message).to.match(/PINPOINT_KEY/);
    const bad = refused(() => parseVerifierConfig(options, { PINPOINT_KEY: "0x1234secret" }));
    expect(bad.code).to.equal("bad-key");
    expect(JSON.stringify(bad) + bad.message).to.not.contain("secret");
    expect(refused(() => parseVerifierConfig(options, { PINPOINT_KEY: "00".repeat(32) })).code).to.equal("bad-key");
  });

  it("opens a keystore with a password from a file or a person", () => {
    const folder = mkdtempSync(join(tmpdir(), "pinpoint-config-"));
    const [keystore, passwordFile] = [join(folder, "key.json"), join(folder, "password")];
    writeKeystore(keystore, encryptKey(key, "hidden", { n: 2 }));
    writeFileSync(passwordFile, "hidden\nsecond line");
    const opened = parseSolverConfig({ ...options, keystore, passwordFile }, {});
    expect(opened).to.include({ privateKey: key, plain: false });
    expect(parseVerifierConfig({ ...options, keystore }, {}, "hidden").privateKey).to.equal(key);
    expect(refused(() => parseSolverConfig({ ...options, keystore }, {})).code).to.equal("no-password");
    expect(refused(() => parseSolverConfig({ ...options, keystore }, {}, "hid")).code).to.equal("wrong-password");
    const two = refused(() => parseSolverConfig({ ...options, keystore, passwordFile }, { PINPOINT_KEY: key }));
    expect(two.message).to.match(/PINPOINT_KEY both name a key/);
    writeFileSync(passwordFile, "\n");
    expect(refused(() => parseSolverConfig({ ...options, keystore, passwordFile }, {})).code).to.equal("no-password");
    rmSync(folder, { recursive: true });
  });

  it("warns of a key in the clear, but not on a development chain", () => {
    expect(plainKeyWarning({ plain: true }, 1)).to.match(/in the clear/);
    expect(plainKeyWarning({ plain: true }, 31_337)).to.equal(undefined);
    expect(plainKeyWarning({ plain: false }, 1)).to.equal(undefined);
  });

  it("pays out to another address if told so", () => {
    const payout = "0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b";
    expect(parseVerifierConfig({ ...options, payout }, { PINPOINT_KEY: key }).payout).to.equal(payout);
    const bad = refused(() => parseVerifierConfig({ ...options, payout: "0x12" as never }, { PINPOINT_KEY: key }));
    expect(bad.message).to.match(/payout/);
  });

  it("refuses what it cannot use, by name", () => {
    const environment = { PINPOINT_KEY: key };
    const bad = refused(() => parseSolverConfig({ ...options, pollMs: 1, engine: "gpu" as never }, environment));
    expect(bad.code).to.equal("bad-config");
    expect(bad.message)
      .to.match(/pollMs/)
      .and.match(/engine/);
    expect(refused(() => parseSolverConfig({ ...options, rpcUrl: "file:///x" }, environment)).message).to.match(
      /rpcUrl/,
    );
  });

  it("says which part of a divergence is wrong", () => {
    expect(refused(() => parseDiverge("1:2:3")).message).to.match(/checkpoint:step:operator:element:bit/);
    expect(refused(() => parseDiverge("1:2:x:4:5")).message).to.match(/"x" .* no operator/);
    expect(refused(() => parseDiverge("1:2:3:4:32")).message).to.match(/no bit: give a whole number from 0 to 31/);
    expect(refused(() => parseDiverge("1:-2:3:4:3")).message).to.match(/no step/);
  });

  it("places a divergence among the steps of the whole job", () => {
    expect(divergenceAt(parseDiverge("2:3:11:4:20"), { firstStep: 0, interval: 64 })).to.deep.equal({
      step: 131,
      operator: 11,
      element: 4,
      bit: 20,
    });
  });
});
