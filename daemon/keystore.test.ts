import { expect } from "chai";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { privateKeyToAddress } from "viem/accounts";
import { OperatorError } from "../common/index.ts";
import { decryptKey, encryptKey, keystoreAddress, parseKeystore, readKeystore, writeKeystore } from "./keystore.ts";

/** Code and message of what a call throws. */
function refused(call: () => unknown): OperatorError {
  try {
    call();
  } catch (error) {
    expect(error).to.be.instanceOf(OperatorError);
    return error as OperatorError;
  }
  throw new Error("nothing was thrown");
}

/** Source: the test vector of ethereum.org's "Web3 secret storage definition". */
const definition = {
  password: "testpassword",
  key: "0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d",
  address: "0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b",
  file: {
    crypto: {
      cipher: "aes-128-ctr",
      cipherparams: { iv: "6087dab2f9fdbbfaddc31a909735c1e6" },
      ciphertext: "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
      kdf: "pbkdf2",
      kdfparams: {
        c: 262144,
        dklen: 32,
        prf: "hmac-sha256",
        salt: "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
      },
      mac: "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
    },
    id: "3198bc9c-6672-5ab3-d995-4942343ae5b6",
    version: 3,
  },
} as const;

/** Source: go-ethereum, accounts/keystore/testdata/keystore. */
const geth = {
  password: "foobar",
  address: "0x7EF5A6135f1FD6a02593eEdC869c6D41D934aef8",
  file: {
    address: "7ef5a6135f1fd6a02593eedc869c6d41d934aef8",
    crypto: {
      cipher: "aes-128-ctr",
      ciphertext: "1d0839166e7a15b9c1333fc865d69858b22df26815ccf601b28219b6192974e1",
      cipherparams: { iv: "8df6caa7ff1b00c4e871f002cb7921ed" },
      kdf: "scrypt",
      kdfparams: {
        dklen: 32,
        n: 8,
        p: 16,
        r: 8,
        salt: "e5e6ef3f4ea695f496b643ebd3f75c0aa58ef4070e90c80c5d3fb0241bf1595c",
      },
      mac: "6d16dfde774845e4585357f24bce530528bc69f4f84e1e22880d34fa45c273e5",
    },
    id: "950077c7-71e3-4c44-a4a1-143919141ed4",
    version: 3,
  },
} as const;

describe("a keystore", () => {
  const key = `0x${"1f".repeat(32)}` as const;
  const quick = { n: 2 };
  let folder: string;

  before(() => (folder = mkdtempSync(join(tmpdir(), "pinpoint-keystore-"))));
  after(() => rmSync(folder, { recursive: true }));

  it("opens the one that its definition publishes, in old spelling too", () => {
    const { file, password } = definition;
    expect(decryptKey(parseKeystore(JSON.stringify(file)), password)).to.equal(definition.key);
    expect(privateKeyToAddress(definition.key)).to.equal(definition.address);
    const { crypto, ...rest } = file;
    const old = parseKeystore(JSON.stringify({ ...rest, Crypto: crypto }));
    expect(decryptKey(old, password)).to.equal(definition.key);
    expect(keystoreAddress(old)).to.equal(undefined);
  });

  it("opens one that geth wrote", () => {
    const keystore = parseKeystore(JSON.stringify(geth.file));
    expect(keystoreAddress(keystore)).to.equal(geth.address);
    expect(privateKeyToAddress(decryptKey(keystore, geth.password))).to.equal(geth.address);
  });

  it("comes back from its file, which only the owner reads", () => {
    const path = join(folder, "keys", "a.json");
    writeKeystore(path, encryptKey(key, "pass wörd", quick));
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    expect(statSync(join(folder, "keys")).mode & 0o777).to.equal(0o700);
    expect(readdirSync(join(folder, "keys"))).to.deep.equal(["a.json"]);
    expect(decryptKey(readKeystore(path), "pass wörd")).to.equal(key);
    expect(keystoreAddress(readKeystore(path))).to.equal(privateKeyToAddress(key));
    expect(readFileSync(path, "utf8")).to.not.contain(key.slice(2));
    const { version, address, crypto } = JSON.parse(readFileSync(path, "utf8"));
    expect({ version, cipher: crypto.cipher, kdf: crypto.kdf }).to.deep.equal({
      version: 3,
      cipher: "aes-128-ctr",
      kdf: "scrypt",
    });
    expect(address).to.match(/^[0-9a-f]{40}$/);
    expect(crypto.ciphertext).to.match(/^[0-9a-f]{64}$/);
  });

  it("never takes the place of a file", () => {
    const path = join(folder, "taken.json");
    writeFileSync(path, "another key");
    const error = refused(() => writeKeystore(path, encryptKey(key, "x", quick)));
    expect(error.code).to.equal("keystore-exists");
    expect(readFileSync(path, "utf8")).to.equal("another key");
    expect(readdirSync(folder).filter((name) => name.endsWith(".new"))).to.deep.equal([]);
    expect(
      refused(() => writeKeystore(join(folder, "taken.json", "a.json"), encryptKey(key, "x", quick))).code,
    ).to.equal("keystore-write");
  });

  it("has another salt and another vector each time, and costs what is usual", () => {
    const [a, b] = [encryptKey(key, "x", quick), encryptKey(key, "x", quick)];
    expect(a.crypto.ciphertext).to.not.equal(b.crypto.ciphertext);
    expect(a.crypto.cipherparams.iv).to.not.equal(b.crypto.cipherparams.iv);
    expect(encryptKey(key, "x").crypto.kdfparams).to.include({ n: 262_144, r: 8, p: 1, dklen: 32 });
  });

  it("says in one sentence that a password is wrong", () => {
    const error = refused(() => decryptKey(encryptKey(key, "right", quick), "wrong", "my.json"));
    expect(error.code).to.equal("wrong-password");
    expect(error.message).to.equal("The password does not open my.json.");
  });

  it("refuses a file whose address is of another key", () => {
    const keystore = { ...encryptKey(key, "x", quick), address: `0x${"11".repeat(20)}` as const };
    expect(refused(() => decryptKey(keystore, "x")).code).to.equal("bad-keystore");
  });

  it("refuses what is no keystore, and one that would take all memory", () => {
    expect(refused(() => readKeystore(join(folder, "none.json"))).code).to.equal("no-keystore");
    const bad = (change: object) => refused(() => parseKeystore(JSON.stringify({ ...geth.file, ...change })));
    expect(refused(() => parseKeystore("{")).code).to.equal("bad-keystore");
    expect(bad({ version: 1 }).message).to.match(/version/);
    const { crypto } = geth.file;
    const costing = (more: object) => ({ crypto: { ...crypto, kdfparams: { ...crypto.kdfparams, ...more } } });
    expect(bad(costing({ n: 2 ** 22, r: 64 })).message).to.match(/more work/);
    expect(bad(costing({ n: 1000 })).message).to.match(/power of two/);
    expect(bad(costing({ n: 2 ** 18, r: 1 })).message).to.match(/too large for r/);
    expect(bad({ crypto: { ...crypto, cipher: "aes-256-ctr" } }).message).to.match(/cipher/);
    expect(bad({ crypto: { ...crypto, mac: "12" } }).message).to.match(/mac: 32 bytes/);
  });
});
