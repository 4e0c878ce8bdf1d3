import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openS3 } from '../../shared/blobs/s3.ts';
import { openS3Uploads } from '../../shared/blobs/uploads-s3.ts';
import { openGateway, s3Missing, type Gateway } from '../support/s3.ts';

describe('a place to put a file', () => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local-secret' };
  const uploads = openS3Uploads({ bucket: 'harbour', region: 'cn-north-1', credentials });

  it('is signed for one object, for so many seconds, and for a body that is not known yet', async () => {
    const { url, method, headers } = await uploads.open('quarantine/dataset/1.csv', 900, 1_000);
    const { host, pathname, searchParams } = new URL(url);
    expect([method, headers]).toEqual(['PUT', { 'if-none-match': '*' }]);
    expect(searchParams.get('X-Amz-SignedHeaders')).toBe('host;if-none-match');
    expect([host, decodeURIComponent(pathname)]).toEqual(['harbour.s3.cn-north-1.amazonaws.com.cn', '/quarantine/dataset/1.csv!']);
    expect(searchParams.get('X-Amz-Expires')).toBe('900');
    expect([...searchParams.keys()].filter((name) => /checksum/i.test(name))).toEqual([]);
  });

  it('is no place outside of the keys of objects', async () => {
    await expect(uploads.open('../secret', 900, 1_000)).rejects.toThrow(TypeError);
  });
});

const missing = s3Missing();
if (missing !== undefined) process.stderr.write(`uploads to S3: ${missing}\n`);
(missing === undefined ? describe : describe.skip)('a file that was put there over the wire', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway();
  }, 60_000);
  afterAll(() => gateway.stop());

  it('is the object that the blob port reads, and no other can be put by the same address', async () => {
    const blobs = openS3(gateway);
    const { url, method, headers } = await openS3Uploads(gateway).open('quarantine/dataset/1.csv', 60, 1_000);
    const body = Buffer.alloc(300_000, '区,人数\n');
    expect((await fetch(url, { method, headers, body })).status).toBe(200);
    const object = await blobs.get('quarantine/dataset/1.csv');
    expect(object && (await buffer(object.body)).equals(body)).toBe(true);
    expect((await fetch(url.replace('1.csv', '2.csv'), { method, headers, body })).status).toBe(403);
    const swapped = Buffer.from('区,人数\n海陵区,1\n');
    expect((await fetch(url, { method, headers, body: swapped })).status).toBe(412);
    expect((await fetch(url, { method, body: swapped })).status).toBe(403);
    await blobs.remove('quarantine/dataset/1.csv');
    await blobs.close();
  });
});
