import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, SignCommand, type KMSClientConfig } from '@aws-sdk/client-kms';
import type { Signer } from './signer.ts';

const KeySpec = 'ECC_NIST_EDWARDS25519';
const SigningAlgorithm = 'ED25519_SHA_512';

const publicKeyOf = async (client: KMSClient, KeyId: string): Promise<KeyObject> => {
  const answer = await client.send(new GetPublicKeyCommand({ KeyId }));
  if (answer.KeySpec !== KeySpec || answer.KeyUsage !== 'SIGN_VERIFY' || answer.PublicKey === undefined)
    throw new TypeError(`a signing key must be ${KeySpec} for SIGN_VERIFY, and this one is ${answer.KeySpec} for ${answer.KeyUsage}`);
  return createPublicKey({ key: Buffer.from(answer.PublicKey), format: 'der', type: 'spki' });
};

/**
 * A key in AWS KMS that signs by Ed25519 (RFC 8032). A message has at most 4,096 bytes (KMS API reference, Sign: RAW). Each signature is
 * checked before it is given: what is published with a wrong one could never be taken back.
 *
 * @param options.keyId the id or the ARN of the key; the role needs `kms:GetPublicKey` and `kms:Sign` on it
 * @throws TypeError where the key is of another sort; on signing, Error where a signature does not fit
 */
export const openKmsSigner = async (options: { readonly keyId: string; readonly client?: KMSClientConfig }): Promise<Signer> => {
  const client = new KMSClient({
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
    ...options.client,
  });
  const KeyId = options.keyId;
  const key = await publicKeyOf(client, KeyId);
  return {
    publicKey: Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url'),
    sign: async (message) => {
      const { Signature } = await client.send(new SignCommand({ KeyId, Message: message, MessageType: 'RAW', SigningAlgorithm }));
      if (Signature === undefined || !verify(null, message, key, Signature)) throw new Error('KMS gave a signature that does not fit');
      return Signature;
    },
  };
};
