export * from "./deploy.ts";
export {
  default as PinpointModule,
  PinpointCommitReveal,
  PinpointCommitRevealOnToken,
  PinpointOnToken,
  type BeaconKind,
} from "./modules/Pinpoint.ts";
