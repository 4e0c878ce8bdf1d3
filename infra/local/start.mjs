// Plain JavaScript, so that an old Node can still read it and say what is wrong.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 9)) {
  console.error(
    `数港需要 Node 24.9 或更新版本，当前为 ${process.versions.node}。 / Data Harbour needs Node 24.9 or newer; this is ${process.versions.node}.`,
  );
  process.exit(1);
}
await import('./main.ts');
