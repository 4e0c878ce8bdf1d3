import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const version = '3.3.1';
const place = join(tmpdir(), `harbour-dynamodb-local-${version}`);
const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>harbour</groupId><artifactId>judge</artifactId><version>1</version>
<dependencies><dependency><groupId>software.amazon.dynamodb</groupId><artifactId>DynamoDBLocal</artifactId><version>${version}</version></dependency></dependencies></project>`;

/** Why AWS's own DynamoDB Local cannot be had here, or undefined where it can. */
export const localMissing = async (): Promise<string | undefined> => {
  try {
    await run('java', ['-version']);
    await run('mvn', ['-version']);
    return undefined;
  } catch {
    return 'DynamoDB Local needs Java and Maven';
  }
};

/** Fetches DynamoDB Local into the temporary folder, where it is kept. Answers the folder of its libraries. */
export const fetchDynamodbLocal = async (): Promise<string> => {
  if (existsSync(place)) return place;
  const aside = await mkdtemp(`${place}-`);
  try {
    await writeFile(join(aside, 'pom.xml'), pom);
    const lib = join(aside, 'lib');
    await mkdir(lib);
    await run('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib'], { cwd: aside });
    await rename(lib, place);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return place;
};
