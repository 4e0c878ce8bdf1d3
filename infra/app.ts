import * as cdk from 'aws-cdk-lib';
import { harbour } from './stacks/harbour.ts';

harbour(new cdk.App({ analyticsReporting: false }));
