/** An element of a document; `text` is what it holds directly. */
export type Element = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
};

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const plain = (raw: string): string => {
  if (/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(raw)) throw new SyntaxError('a character that XML cannot hold');
  if (/&(?!(?:amp|lt|gt|quot|apos|#\d+);)/.test(raw) || raw.includes(']]>')) throw new SyntaxError('text that is not escaped');
  return raw
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/&(?:#(\d+)|(\w+));/g, (_, code?: string, name = '') =>
      code === undefined ? (entities[name] ?? '') : String.fromCodePoint(Number(code)),
    );
};
const open = /^<([A-Za-z][\w.-]*)((?:\s+[A-Za-z][\w:.-]*="[^"<]*")*)\s*(\/?)>/;
const close = /^<\/([A-Za-z][\w.-]*)\s*>/;

/** Reads a well-formed document without comments, instructions, sections or types (XML 1.0, 2.1). @throws SyntaxError for anything else */
export const parseXml = (document: string): Element => {
  let rest = document.replace(/^<\?xml version="1\.0" encoding="utf-8"\?>\n/, '').trimEnd();
  if (rest.length === document.length) throw new SyntaxError('no declaration');
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const path = [root];
  while (rest !== '') {
    const at = path.at(-1) ?? root;
    const [text = ''] = /^[^<]*/.exec(rest) ?? [];
    const opened = open.exec(rest);
    const closed = close.exec(rest);
    if (text !== '') at.text += plain(text);
    else if (closed) {
      if (closed[1] !== at.name || path.length === 1) throw new SyntaxError(`${closed[1]} closes ${at.name}`);
      path.pop();
    } else if (opened) {
      const [, name = '', raw = '', empty] = opened;
      const pairs = [...raw.matchAll(/([A-Za-z][\w:.-]*)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, plain(value)] as const);
      if (new Set(pairs.map(([key]) => key)).size < pairs.length) throw new SyntaxError('an attribute twice');
      const element: Element = { name, attributes: Object.fromEntries(pairs), children: [], text: '' };
      at.children.push(element);
      if (empty === '') path.push(element);
    } else throw new SyntaxError(`not XML: ${rest.slice(0, 40)}`);
    rest = rest.slice((text !== '' ? text : ((closed ?? opened)?.[0] ?? '')).length);
  }
  const [only, ...others] = root.children;
  if (path.length > 1 || !only || others.length > 0 || root.text.trim() !== '') throw new SyntaxError('not one element');
  return only;
};
