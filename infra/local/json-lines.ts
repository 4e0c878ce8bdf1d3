/**
 * Cuts a stream of bytes into lines, without their line feed. A line of more than `most` bytes is null and is not kept in memory.
 * What follows the last line feed is a line if it holds anything.
 */
export async function* linesOf(stream: AsyncIterable<Buffer>, most: number): AsyncGenerator<Buffer | null> {
  let parts: Buffer[] = [];
  let length = 0;
  const take = (part: Buffer): void => {
    length += part.length;
    if (length <= most) parts.push(part);
    else parts = [];
  };
  const end = (): Buffer | null => {
    const line = length > most ? null : Buffer.concat(parts);
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of stream) {
    let start = 0;
    for (let feed = chunk.indexOf(10); feed !== -1; feed = chunk.indexOf(10, start)) {
      take(chunk.subarray(start, feed));
      yield end();
      start = feed + 1;
    }
    take(chunk.subarray(start));
  }
  if (length > 0) yield end();
}

/** Works on up to `width` items at once and answers in their order, taking the next only when one is done. */
export async function* inOrder<I, O>(items: AsyncIterable<I>, width: number, work: (item: I) => Promise<O>): AsyncGenerator<O> {
  const running: Promise<O>[] = [];
  for await (const item of items) {
    running.push(work(item));
    const first = running.length < width ? undefined : running.shift();
    if (first !== undefined) yield await first;
  }
  for (const answer of running) yield await answer;
}
