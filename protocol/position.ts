import { encodeAbiParameters, keccak256, type Hex } from "viem";
import type { Deployment } from "./deployment.ts";
import { phases, type Game, type Roots } from "./game.ts";

const parameters = "uint256 address uint64 uint64 uint8 uint8 uint32 uint16 uint32 bytes32 bytes32 bytes32 bytes32"
  .split(" ")
  .map((type) => ({ type }));

/** The roots of a game, as a move names them. */
export function rootsOf({ from, to, left, node }: Roots): Roots {
  return { from, to, left, node };
}

/** The word that the next move of a game must name, as `Pinpoint.positionOf` answers it. SPEC: spec/game.md. */
export function positionOf(deployment: Deployment, gameId: bigint, jobId: bigint, game: Game): Hex {
  const { moves, phase, firstStep, operator, index, from, to, left, node } = game;
  const values = [
    BigInt(deployment.chainId),
    deployment.pinpoint,
    gameId,
    jobId,
    moves,
    phases.indexOf(phase),
    firstStep,
    operator,
    index,
    from,
    to,
    left,
    node,
  ];
  return keccak256(encodeAbiParameters(parameters, values));
}
