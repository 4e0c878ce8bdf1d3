import { randomUUID } from 'node:crypto';

/** What a service answers: a result, a refusal, or where to ask again. */
export type Answer = {
  readonly code?: string;
  readonly about?: Readonly<Record<string, string | number>>;
  readonly detail?: { readonly zh: string; readonly en: string };
  readonly id?: string;
  readonly location?: string;
  readonly rows?: readonly unknown[];
  readonly releasedAt?: string;
};
/** A key and its token, as a machine holds them. */
export type Service = { readonly id: string; readonly token: string };

/** A call as a machine sends it: nobody is signed in. */
export const callService = async (
  origin: string,
  { id, token }: Service,
  given: unknown,
  request: string = randomUUID(),
  waitSeconds = 20,
) => {
  const response = await fetch(`${origin}/v1/services/${id}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': request },
    body: JSON.stringify({ arguments: given, waitSeconds }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer };
};

/** Asks again at the address that a call was told. */
export const pollService = async (origin: string, { token }: Service, path: string) => {
  const response = await fetch(`${origin}${path}`, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, body: (await response.json()) as Answer };
};
