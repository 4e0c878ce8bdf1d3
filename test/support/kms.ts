import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

type Asked = { readonly KeyId: string; readonly Message?: string; readonly MessageType?: string; readonly SigningAlgorithm?: string };
type Answer = readonly [status: number, body: object];

const throttled: Answer = [400, { __type: 'ThrottlingException', message: 'Rate exceeded' }];
const refused = (type: string): Answer => [400, { __type: type, message: 'refused' }];

/**
 * AWS KMS with one signing key, over its own wire (JSON 1.1; KMS API reference, GetPublicKey and Sign), as far as a signer goes. It signs
 * really. `throttles` answers so many requests with ThrottlingException first; `signs` may spoil a signature; `keySpec` is what it tells.
 */
export const startKms = async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const keyId = 'arn:aws:kms:us-east-1:111122223333:key/ledger';
  const kms = {
    keyId,
    publicKey,
    keySpec: 'ECC_NIST_EDWARDS25519',
    throttles: 0,
    asked: [] as (readonly [operation: string, KeyId: string])[],
    signs: (signature: Buffer): Buffer => signature,
  };
  const told = () => ({ KeyId: keyId, KeySpec: kms.keySpec, KeyUsage: 'SIGN_VERIFY', SigningAlgorithms: ['ED25519_SHA_512'] });
  const operations: Readonly<Record<string, (asked: Asked) => Answer>> = {
    'TrentService.GetPublicKey': () => [
      200,
      { ...told(), PublicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') },
    ],
    'TrentService.Sign': ({ Message = '', MessageType, SigningAlgorithm }) => {
      const message = Buffer.from(Message, 'base64');
      const isKnown = MessageType === 'RAW' && SigningAlgorithm === 'ED25519_SHA_512' && message.length > 0 && message.length <= 4096;
      if (!isKnown) return refused('ValidationException');
      return [200, { KeyId: keyId, SigningAlgorithm, Signature: kms.signs(sign(null, message, privateKey)).toString('base64') }];
    },
  };
  const answerTo = (operation: string, asked: Asked): Answer => {
    kms.asked.push([operation.replace('TrentService.', ''), asked.KeyId]);
    if (kms.throttles > 0) {
      kms.throttles -= 1;
      return throttled;
    }
    if (asked.KeyId !== keyId) return refused('NotFoundException');
    return operations[operation]?.(asked) ?? refused('UnknownOperationException');
  };
  const say = (response: ServerResponse, [status, body]: Answer): void => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  };
  const server = createServer((request, response) => {
    json(request)
      .then((asked) => say(response, answerTo(String(request.headers['x-amz-target']), asked as Asked)))
      .catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(kms, {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async (): Promise<void> => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  });
};
