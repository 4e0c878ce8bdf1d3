/** The body of a process that is a Lambda function: it imports a bundle, hands it events one after the other, and tells what it answered. */
type Order = { readonly bundle: string; readonly events: readonly unknown[] };
type Bundle = { readonly handler: (event: unknown) => Promise<unknown> };

process.once('message', (order: Order) => {
  const run = async (): Promise<void> => {
    const { handler } = (await import(order.bundle)) as Bundle;
    const answers: unknown[] = [];
    for (const event of order.events) answers.push((await handler(event)) ?? null);
    process.send?.(answers);
    process.disconnect();
  };
  run().catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
});
