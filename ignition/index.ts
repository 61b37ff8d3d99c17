export * from "./deploy.ts";
export { default as PinpointModule, PinpointOnToken } from "./modules/Pinpoint.ts";
