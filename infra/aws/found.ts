import { readFileSync } from 'node:fs';
import { foundAuthority, type Application } from '../local/founding.ts';
import { wholeFromEnvironment } from './whole.ts';

/**
 * Founds the first data authority of a deployment: `node infra/aws/found.ts <application.json>`, with the content of a registration, run by
 * whoever may deploy, with the environment that the data stack tells. It goes through the door and stands in the ledger; the belt appoints
 * the two administrators.
 */
const [, , file] = process.argv;
if (file === undefined) throw new Error('name the file of the application');
const ports = await wholeFromEnvironment();
process.stdout.write(`${await foundAuthority(ports, JSON.parse(readFileSync(file, 'utf8')) as Application)}\n`);
