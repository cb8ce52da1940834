// A real relying party (openid-client). One line of JSON out: where to send the person. One line in:
// where the person was sent back to. One line out: all that it learnt.
import { createInterface } from "node:readline";
import * as client from "openid-client";

const told = JSON.parse(process.argv[2]);
const insecure = { execute: [client.allowInsecureRequests] };
const config = await client.discovery(new URL(told.issuer), told.client, told.secret, undefined, insecure);
const verifier = client.randomPKCECodeVerifier();
const [state, nonce] = [client.randomState(), client.randomNonce()];
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: told.redirect_uri,
  scope: "openid profile email citizen offline_access",
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
  nonce,
});
console.log(JSON.stringify({ url: url.href }));
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const back = new URL(JSON.parse((await lines.next()).value).url);
const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
const tokens = await client.authorizationCodeGrant(config, back, checks);
const claims = tokens.claims();
const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
const before = await client.tokenIntrospection(config, tokens.access_token);
const again = await client.refreshTokenGrant(config, tokens.refresh_token);
const api = await client.fetchProtectedResource(config, again.access_token, new URL(`${told.issuer}/api/v1/citizen/me`), "GET");
const me = await api.json();
await client.tokenRevocation(config, again.refresh_token);
const after = await client.tokenIntrospection(config, again.access_token);
const own = await client.discovery(new URL(told.issuer), told.program, told.program_secret, undefined, insecure);
const program = await client.clientCredentialsGrant(own, { scope: "applications" });
console.log(JSON.stringify({ claims, userinfo, before, again: again.scope, me, after, program }));
process.exit(0);
