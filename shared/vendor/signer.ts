/** A key that signs, and never leaves its keeper. */
export type Signer = {
  /** The raw Ed25519 public key (RFC 8032): 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The Ed25519 signature of a message: 64 bytes. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
};
