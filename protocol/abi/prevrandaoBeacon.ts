/** ABI of contracts/PrevrandaoBeacon.sol. Made by scripts/write-abis.ts. */
export const prevrandaoBeaconAbi = [
  {"inputs":[{"internalType":"uint64","name":"delay_","type":"uint64"}],"stateMutability":"nonpayable","type":"constructor"},
  {"inputs":[{"internalType":"uint64","name":"target","type":"uint64"}],"name":"AlreadyRecorded","type":"error"},
  {"inputs":[{"internalType":"uint64","name":"answering","type":"uint64"}],"name":"NoRandomness","type":"error"},
  {"inputs":[],"name":"RLPInvalidEncoding","type":"error"},
  {"inputs":[{"internalType":"uint64","name":"target","type":"uint64"},{"internalType":"uint256","name":"blockNumber","type":"uint256"}],"name":"TooEarlyFor","type":"error"},
  {"inputs":[{"internalType":"uint64","name":"answering","type":"uint64"},{"internalType":"bytes32","name":"expected","type":"bytes32"},{"internalType":"bytes32","name":"actual","type":"bytes32"}],"name":"WrongHeader","type":"error"},
  {"inputs":[],"name":"ZeroDelay","type":"error"},
  {"anonymous":false,"inputs":[{"indexed":true,"internalType":"uint64","name":"target","type":"uint64"},{"indexed":false,"internalType":"uint64","name":"answering","type":"uint64"},{"indexed":false,"internalType":"bytes32","name":"word","type":"bytes32"}],"name":"WordRecorded","type":"event"},
  {"inputs":[{"internalType":"uint64","name":"target","type":"uint64"}],"name":"answeringBlock","outputs":[{"internalType":"uint64","name":"","type":"uint64"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"delay","outputs":[{"internalType":"uint64","name":"","type":"uint64"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"internalType":"uint64","name":"target","type":"uint64"},{"internalType":"bytes","name":"header","type":"bytes"}],"name":"record","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"targetBlock","outputs":[{"internalType":"uint64","name":"","type":"uint64"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"internalType":"uint64","name":"target","type":"uint64"}],"name":"wordOf","outputs":[{"internalType":"bytes32","name":"","type":"bytes32"}],"stateMutability":"view","type":"function"},
] as const;
