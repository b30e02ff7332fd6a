/** A company's own sign-in: a certified OpenID provider (oidc-provider), on loopback behind TLS. It can be made to lie. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignJWT, decodeJwt, exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";
import { certificate, openStand } from "./stand.mjs";

export const LONG = 24 * 3_600;
const CLIENT = { client_id: "doorward", client_secret: "between us" };

/** The company, once its provider listens; and the stand whose accounts sign in there. */
export async function openCompany(accounts) {
  const folder = mkdtempSync(join(tmpdir(), "company-"));
  const files = await certificate(folder);
  let answer = (_, response) => response.writeHead(503).end();
  const server = createServer({ key: readFileSync(files.key), cert: readFileSync(files.certificate) }, (request, response) => answer(request, response));
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const issuer = `https://localhost:${server.address().port}`;
  const stand = await openStand({ now: Date.now(), company: { issuer, accounts, ...CLIENT } }, { SSL_CERT_FILE: files.ca });
  const company = new Company(issuer, stand);
  answer = await company.provider(`${stand.url}/sign-in/sso`);
  const close = stand.close;
  stand.close = async () => {
    await close();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    rmSync(folder, { recursive: true });
  };
  return company;
}

class Company {
  /** How many seconds an ID token is good for: far longer than the stand's clock is ever ahead of the provider's. */
  life = LONG;
  /** What the token endpoint's ID token is replaced by. */
  lie = (token) => token;
  /** What whoever asks by the access token is told of somebody. */
  tells = (claims) => claims;
  /** What was asked at its authorization endpoint, the newest last. */
  asked = [];
  /** ID tokens as they went out. */
  given = [];
  #people = new Map();
  #key;

  constructor(issuer, stand) {
    Object.assign(this, { issuer, stand });
  }

  /** Whoever logs in there as `login` is `sub`, and has this address. */
  knows(login, email, { verified = true } = {}) {
    this.#people.set(login, { email, email_verified: verified });
  }

  /** By the provider's own key, but with these claims. */
  signed = (token, claims) => new SignJWT({ ...decodeJwt(token), ...claims }).setProtectedHeader({ alg: "ES256", kid: "first", typ: "JWT" }).sign(this.#key);

  async provider(back) {
    const { privateKey } = await generateKeyPair("ES256", { extractable: true });
    this.#key = privateKey;
    const provider = new Provider(this.issuer, {
      clients: [{ ...CLIENT, redirect_uris: [back], response_types: ["code"], grant_types: ["authorization_code"], id_token_signed_response_alg: "ES256" }],
      jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: "first", use: "sig", alg: "ES256" }] },
      pkce: { required: () => true },
      claims: { openid: ["sub"], email: ["email", "email_verified"] },
      findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...this.#people.get(sub) }) }),
      cookies: { keys: ["of a test"] },
      // Its own pages for development ask for a font from elsewhere.
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_, { uid }) => `/people/${uid}` },
      loadExistingGrant: async (ctx) => {
        const grant = new provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
        grant.addOIDCScope("openid email");
        await grant.save();
        return grant;
      },
      ttl: { IdToken: () => this.life, AccessToken: 600, AuthorizationCode: 60, Grant: 600, Interaction: 600, Session: 600 },
    });
    provider.use(async (ctx, next) => {
      if (ctx.path === "/auth" && ctx.query.client_id) this.asked.push({ ...ctx.query });
      await next();
      if (ctx.path === "/me" && ctx.body?.sub) ctx.body = this.tells(ctx.body);
      if (ctx.path !== "/token" || !ctx.body?.id_token) return;
      this.given.push(ctx.body.id_token);
      ctx.body.id_token = await this.lie(ctx.body.id_token);
    });
    const rest = provider.callback();
    return (request, response) => (request.url.startsWith("/people/") ? this.#person(provider, request, response) : rest(request, response));
  }

  /** The page on which somebody says who they are, and what they said there. */
  async #person(provider, request, response) {
    const url = new URL(request.url, this.issuer);
    const { uid } = await provider.interactionDetails(request, response);
    const result = { in: { login: { accountId: url.searchParams.get("login") } }, no: { error: "access_denied", error_description: "They said no." } }[url.pathname.split("/")[3]];
    if (result) return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(`<!doctype html><html lang="en"><title>Acme</title><link rel="icon" href="data:,"><h1>Acme</h1>
      <form action="/people/${uid}/in"><label>Login <input name="login"></label><button>Come in</button></form><a href="/people/${uid}/no">Not me</a>`);
  }
}
