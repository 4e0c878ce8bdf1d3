/** An answer of the host that a client has read to its end: from then on the host may not forget it. */
export type Acknowledged = Sent & {
  readonly kind: string;
  readonly id: string;
  readonly version: number;
  readonly action: string;
  readonly status: string;
  readonly answered: number;
};
/** A request as it was sent, so that it can be sent again under its key. */
export type Sent = { readonly url: string; readonly init: RequestInit };
export type Uploaded = { readonly key: string; readonly digest: string };

type View = { readonly kind: string; readonly id: string; readonly status: string; readonly digest?: string };
const placeOf = (path: string): string => {
  const [text = ''] = path.slice('/uploads/'.length).split('.');
  return (JSON.parse(Buffer.from(text, 'base64url').toString()) as { key: string }).key;
};

/** Stands between the clients of this process and the host, and writes down what was asked, answered and lost, until it is closed. */
export const openRecorder = () => {
  const plain = globalThis.fetch;
  const acknowledged: Acknowledged[] = [];
  const uploaded: Uploaded[] = [];
  let lost: Sent[] = [];
  const note = (url: URL, init: RequestInit, response: Response, text: string): void => {
    if (!response.ok) return;
    const view = JSON.parse(text) as View;
    if (init.method === 'PUT') uploaded.push({ key: placeOf(url.pathname), digest: view.digest ?? '' });
    const version = /^"(\d+)"$/.exec(response.headers.get('etag') ?? '')?.[1];
    if (init.method !== 'POST' || version === undefined) return;
    const action = url.pathname.split('/')[4] ?? 'create';
    const { kind, id, status } = view;
    acknowledged.push({ url: url.href, init, kind, id, version: Number(version), action, status, answered: response.status });
  };
  globalThis.fetch = async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const acts = init.method === 'PUT' || (init.method === 'POST' && url.pathname.startsWith('/v1/'));
    if (!acts) return plain(input, init);
    try {
      const response = await plain(input, init);
      const text = await response.text();
      note(url, init, response, text);
      return new Response(text, response);
    } catch (error) {
      if (init.method === 'POST') lost.push({ url: url.href, init });
      throw error;
    }
  };
  return {
    acknowledged,
    uploaded,
    /** What was sent and not answered since this was last asked. */
    takeLost: (): readonly Sent[] => lost.splice(0),
    /** Sends a request again, unrecorded. */
    again: ({ url, init }: Sent): Promise<Response> => plain(url, init),
    close: (): void => {
      lost = [];
      globalThis.fetch = plain;
    },
  };
};
