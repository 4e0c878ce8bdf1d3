import { verify } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { openKmsSigner } from '../../shared/vendor/kms.ts';
import { startKms } from '../support/kms.ts';

let kms: Awaited<ReturnType<typeof startKms>>;
const message = Buffer.from('127.0.0.1:3000/log\n1\nroot\n');
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const open = (keyId = kms.keyId) => openKmsSigner({ keyId, client: { endpoint: kms.endpoint, region: 'us-east-1', credentials } });

beforeEach(async () => {
  kms = await startKms();
});
afterEach(() => kms.stop());

it('the signer has the raw public key of KMS, and its signatures are Ed25519 of the message itself', async () => {
  const signer = await open();
  expect(signer.publicKey).toHaveLength(32);
  expect(Buffer.from(signer.publicKey).toString('base64url')).toBe(kms.publicKey.export({ format: 'jwk' }).x);
  const signature = await signer.sign(message);
  expect(signature).toHaveLength(64);
  expect(verify(null, message, kms.publicKey, signature)).toBe(true);
  expect(kms.asked).toEqual([
    ['GetPublicKey', kms.keyId],
    ['Sign', kms.keyId],
  ]);
});

it('what KMS throttles is asked again', async () => {
  kms.throttles = 1;
  const signer = await open();
  kms.throttles = 1;
  expect(verify(null, message, kms.publicKey, await signer.sign(message))).toBe(true);
  expect(kms.asked).toHaveLength(4);
});

it.each([
  ['of another message', () => Buffer.alloc(64, 1)],
  ['cut short', (signature: Buffer) => signature.subarray(0, 63)],
  ['of nothing', () => Buffer.alloc(0)],
])('a signature %s is never given on', async (_, spoil) => {
  const signer = await open();
  kms.signs = spoil;
  await expect(signer.sign(message)).rejects.toThrow('does not fit');
});

it('a key of another sort is refused before it signs anything', async () => {
  kms.keySpec = 'ECC_NIST_P256';
  await expect(open()).rejects.toThrow(TypeError);
  expect(kms.asked).toEqual([['GetPublicKey', kms.keyId]]);
});

it('a key that is not there, and a message longer than KMS takes, are errors', async () => {
  await expect(open('another')).rejects.toThrow('refused');
  await expect((await open()).sign(Buffer.alloc(4097))).rejects.toThrow('refused');
});
