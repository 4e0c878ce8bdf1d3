import * as cdk from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import { outputs, type Issuer, type StageProps } from './stage.ts';

/** A user pool as OpenID provider, where Cognito exists. People prove two factors; who they may act for stands in membership records. */
export class IdentityStack extends cdk.Stack {
  readonly issuer: Issuer;

  constructor(scope: Construct, id: string, { stage, portalHost = 'localhost', ...props }: StageProps) {
    super(scope, id, props);
    const pool = new cognito.UserPool(this, 'People', {
      signInAliases: { email: true },
      autoVerify: { email: true },
      selfSignUpEnabled: true,
      mfa: cognito.Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: { minLength: 14, requireDigits: true, requireLowercase: true, requireUppercase: true, requireSymbols: true },
      featurePlan: cognito.FeaturePlan.PLUS,
      standardThreatProtectionMode: cognito.StandardThreatProtectionMode.FULL_FUNCTION,
      deletionProtection: stage === 'prod',
      removalPolicy: stage === 'prod' ? cdk.RemovalPolicy.RETAIN : cdk.RemovalPolicy.DESTROY,
    });
    const domain = pool.addDomain('SignIn', { cognitoDomain: { domainPrefix: `data-harbour-${stage}-${cdk.Aws.ACCOUNT_ID}` } });
    const client = pool.addClient('Portal', {
      generateSecret: false,
      preventUserExistenceErrors: true,
      accessTokenValidity: cdk.Duration.minutes(15),
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL, cognito.OAuthScope.PROFILE],
        callbackUrls: [`https://${portalHost}/callback`],
        logoutUrls: [`https://${portalHost}/`],
      },
    });
    const issuer = pool.userPoolProviderUrl;
    this.issuer = {
      issuer,
      audience: [client.userPoolClientId],
      jwks: `${issuer}/.well-known/jwks.json`,
      addresses: [`https://cognito-idp.${this.region}.${this.urlSuffix}`, domain.baseUrl()],
    };
    outputs(this, { Issuer: issuer, ClientId: client.userPoolClientId });
  }
}
