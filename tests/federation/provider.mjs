// A real OpenID provider for the tests, on a free port of this machine; it prints its issuer.
// POST /test/person sets who signs in next, since nobody sits in front of its pages.
import { createServer } from "node:http";
import Provider from "oidc-provider";
import { exportJWK, generateKeyPair } from "jose";

const { redirect_uris: redirects, logout } = JSON.parse(process.argv[2]);
const ALGS = ["RS256", "PS256", "ES256", "EdDSA"];
let person = { sub: "nobody" };
const people = new Map();

async function key(alg) {
  const kinds = { EdDSA: { crv: "Ed25519" } };
  const pair = await generateKeyPair(alg, { extractable: true, ...kinds[alg] });
  return { ...(await exportJWK(pair.privateKey)), kid: `key-${alg}`, alg, use: "sig" };
}

const server = createServer();
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, {
  jwks: { keys: await Promise.all(ALGS.map(key)) },
  clients: ALGS.map((alg) => ({
    client_id: `sanjha-${alg}`,
    client_secret: "a secret/of:the tests, 32 letters long",
    id_token_signed_response_alg: alg,
    redirect_uris: redirects,
    ...(logout ? { backchannel_logout_uri: logout, backchannel_logout_session_required: true } : {}),
  })),
  enabledJWA: { idTokenSigningAlgValues: ALGS },
  acrValues: ["urn:test:high", "urn:test:low"],
  claims: {
    acr: null, auth_time: null, iss: null, sid: null,
    openid: ["sub"], profile: ["name", "birthdate", "gender"], email: ["email", "email_verified"],
  },
  cookies: { keys: ["of the tests"] },
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people.get(id) }) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined }),
});

async function interact(request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (person.error) return provider.interactionFinished(request, response, person);
  if (prompt.name === "login") {
    const login = { accountId: person.sub, acr: person.acr, amr: person.amr };
    return provider.interactionFinished(request, response, { login });
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
}

const answer = provider.callback();
server.on("request", async (request, response) => {
  try {
    if (request.url === "/test/person") {
      let said = "";
      for await (const piece of request) said += piece;
      person = JSON.parse(said);
      people.set(person.sub, person.claims);
      response.end();
    } else if (request.url.startsWith("/interaction/")) await interact(request, response);
    else answer(request, response);
  } catch (fault) {
    console.error(fault);
    response.writeHead(500).end(String(fault));
  }
});
console.log(issuer);
