/**
 * Deploys the contracts by Ignition and writes where they are: `node scripts/deploy.ts --help`.
 * The deployer's key comes from PINPOINT_DEPLOYER_KEY; a development chain (31337) has a known one.
 */
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { isAddress, isHex, type Hex } from "viem";
import { OperatorError } from "../common/index.ts";
import { deploy } from "../ignition/index.ts";

const usage = `Usage: node scripts/deploy.ts [options]
  --rpc <url>                 node of the chain (default http://127.0.0.1:8545)
  --folder <path>             where <chain id>/addresses.json goes (default deployments)
  --token <address>           an existing token; without it a test token that anyone mints
  --unbonding-seconds <n>     delay of stakes (default two weeks)
  --beacon <kind>             whose words draw: prevrandao (default), or commit-reveal where headers have none
  --beacon-delay <n>          blocks from the end of a job to the one that draws (default 66, more than two epochs)
The deployer's private key is read from PINPOINT_DEPLOYER_KEY; on chain 31337 it may be left out.`;

function wholeNumber(name: string, text: string | undefined): bigint | undefined {
  if (text === undefined || /^[0-9]+$/.test(text)) return text === undefined ? undefined : BigInt(text);
  throw new OperatorError("bad-option", `--${name} is a whole number, not "${text}".`, { name, text });
}

async function main(): Promise<void> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: {
      rpc: { ...text, default: "http://127.0.0.1:8545" },
      folder: { ...text, default: join(dirname(import.meta.dirname), "deployments") },
      token: text,
      "unbonding-seconds": text,
      beacon: { ...text, default: "prevrandao" },
      "beacon-delay": text,
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const { token, beacon } = values;
  const privateKey = process.env["PINPOINT_DEPLOYER_KEY"];
  if (token !== undefined && !isAddress(token)) {
    throw new OperatorError("bad-option", `--token is an address, not "${token}".`, { token });
  }
  if (beacon !== "prevrandao" && beacon !== "commit-reveal") {
    throw new OperatorError("bad-option", `--beacon is prevrandao or commit-reveal, not "${beacon}".`, { beacon });
  }
  if (privateKey !== undefined && !(isHex(privateKey) && privateKey.length === 66)) {
    throw new OperatorError("bad-deployer-key", "PINPOINT_DEPLOYER_KEY is 0x and 64 hex digits.", {});
  }
  const unbondingSeconds = wholeNumber("unbonding-seconds", values["unbonding-seconds"]);
  const beaconDelay = wholeNumber("beacon-delay", values["beacon-delay"]);
  const { deployment, file } = await deploy({
    rpc: values.rpc,
    folder: values.folder,
    beacon,
    ...(privateKey === undefined ? {} : { privateKey: privateKey as Hex }),
    ...(token === undefined ? {} : { token }),
    ...(unbondingSeconds === undefined ? {} : { unbondingSeconds }),
    ...(beaconDelay === undefined ? {} : { beaconDelay }),
  });
  console.log(JSON.stringify(deployment, null, 2));
  console.log(`written to ${file}`);
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
