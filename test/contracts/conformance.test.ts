import { network } from "hardhat";
import { parseAbi } from "viem";
import { arbiterAbi } from "../../protocol/index.ts";
import { solidityImplementation, type Contracts } from "../conformance/implementations/solidity.ts";
import { functionSuite, operatorSuite, testFloatSuite, validationSuite } from "../conformance/suites.ts";

const harnessAbi = parseAbi(["function map(uint256 fn, bytes triples) pure returns (bytes values)"]);

async function deploy(): Promise<Contracts> {
  const { viem } = await network.create();
  const client = await viem.getPublicClient();
  const { address: harness } = await viem.deployContract("Float32Harness");
  const { address } = await viem.deployContract("Arbiter");
  const arbiter = { address, abi: arbiterAbi } as const;
  return {
    map: (fn, triples) =>
      client.readContract({ address: harness, abi: harnessAbi, functionName: "map", args: [BigInt(fn), triples] }),
    judge: ({ step, claimed, evidence }) =>
      client.readContract({ ...arbiter, functionName: "judge", args: [step, claimed, evidence] }),
    validate: (header, operator, record, sources) =>
      client.readContract({ ...arbiter, functionName: "validate", args: [header, operator, record, [...sources]] }),
  };
}

let deployed: Promise<Contracts> | undefined;
const solidity = solidityImplementation(() => (deployed ??= deploy()));

functionSuite(solidity);
operatorSuite(solidity);
validationSuite(solidity);
testFloatSuite(solidity);
