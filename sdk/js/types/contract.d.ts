// The types of the contract stand beside the code, made from `wit/`.
export * from "../src/contract.js";
