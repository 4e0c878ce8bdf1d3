import { createHash, randomBytes } from 'node:crypto';

type Cookie = { readonly value: string; readonly path: string };

/** A browser as far as signing in needs one: it keeps cookies by path and follows no redirect unasked. */
export const openVisitor = (origin: string) => {
  const jar = new Map<string, Cookie>();

  const go = async (address: string, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(address, origin);
    const cookie = [...jar].filter(([, { path }]) => url.pathname.startsWith(path)).map(([name, { value }]) => `${name}=${value}`);
    const headers = { accept: 'text/html', ...Object.fromEntries(new Headers(init.headers)), cookie: cookie.join('; ') };
    const response = await fetch(url, { ...init, redirect: 'manual', headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, { value, path: /path=([^;]+)/.exec(line)?.[1] ?? '/' });
    }
    return response;
  };
  const location = (response: Response) => new URL(response.headers.get('location') ?? '', origin);
  const submit = (address: string | URL, form: Readonly<Record<string, string>>) =>
    go(String(address), { method: 'POST', body: new URLSearchParams(form) });

  /** Asks for a code: answers where the provider leads, and the verifier that belongs to it (RFC 7636). */
  const ask = async (parameters: Readonly<Record<string, string>> = {}) => {
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      client_id: 'portal',
      response_type: 'code',
      redirect_uri: `${origin}/callback`,
      scope: 'openid profile email',
      state: 'state-1',
      nonce: 'nonce-1',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...parameters,
    });
    return { verifier, to: location(await go(`/oidc/auth?${query.toString()}`)) };
  };

  /** Where one person takes over from another, the provider sends a form that submits itself, if its policy allows that very script. */
  const passOn = async (response: Response): Promise<Response> => {
    if (response.status !== 200) return response;
    const page = await response.text();
    const script = /<script>([\s\S]*)<\/script>/.exec(page)?.[1] ?? '';
    const digest = createHash('sha256').update(script).digest('base64');
    if (!response.headers.get('content-security-policy')?.includes(`'sha256-${digest}'`)) throw new Error('a script that may not run');
    const hidden = [...page.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]);
    return submit(/action="([^"]+)"/.exec(page)?.[1] ?? '', Object.fromEntries(hidden) as Record<string, string>);
  };

  /** Follows the provider from an answered page to the client's callback. */
  const callback = async (answered: Response): Promise<URL> => {
    let response = answered;
    for (let hops = 0; hops < 8; hops += 1) {
      const to = location(response);
      if (to.pathname === '/callback') return to;
      response = await passOn(await go(to.href));
    }
    throw new Error('the provider leads round in circles');
  };

  const redeem = (code: string, verifier: string) =>
    submit('/oidc/token', {
      grant_type: 'authorization_code',
      client_id: 'portal',
      redirect_uri: `${origin}/callback`,
      code,
      code_verifier: verifier,
    });

  /** Signs in on the page with this form, and answers the tokens. */
  const signIn = async (form: Readonly<Record<string, string>>) => {
    const { to, verifier } = await ask();
    const back = await callback(await submit(to, form));
    const answer = await redeem(back.searchParams.get('code') ?? '', verifier);
    return (await answer.json()) as { readonly access_token: string; readonly id_token: string; readonly expires_in: number };
  };

  return { ask, callback, go, location, redeem, signIn, submit };
};
