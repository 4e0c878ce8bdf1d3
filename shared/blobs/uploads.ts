/** Where a browser or a machine puts a file, straight into quarantine, without passing through a function. */
export type Uploads = {
  /** @param seconds for how long the place is open  @param limit in bytes */
  readonly open: (
    key: string,
    seconds: number,
    limit: number,
  ) => Promise<{ readonly url: string; readonly method: 'PUT'; readonly headers: Readonly<Record<string, string>> }>;
};
