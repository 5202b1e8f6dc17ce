// A passkey as the opener of sealed keys: its `prf` extension (WebAuthn Level 3) derives 32 secret bytes from a salt, the same at
// each use, which never leave the authenticator's owner.
import { bytesToHex, hexToBytes } from '../../lib/bytes.ts';
import { TributaryError } from '../../lib/errors.ts';

/** What is stored of a passkey; no secret. Hexadecimal. */
export interface PasskeyName {
  readonly credentialId: string;
  readonly prfSalt: string;
}

function refused(cause: unknown): TributaryError {
  return new TributaryError({
    code: 'PASSKEY_REFUSED',
    message: 'The passkey was not used.',
    facts: { reason: cause instanceof Error ? cause.name : String(cause) },
    hint: 'Try again and confirm it, or choose a password.',
    cause,
  });
}

function unsupported(): TributaryError {
  return new TributaryError({
    code: 'PASSKEY_UNSUPPORTED',
    message: 'This browser or this passkey cannot lock keys: it lacks the PRF extension.',
    hint: 'Choose a password, or another passkey.',
  });
}

async function ask(request: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  if (!('credentials' in navigator) || typeof PublicKeyCredential === 'undefined') throw unsupported();
  let credential: Credential | null;
  try {
    credential = await request();
  } catch (error) {
    throw refused(error);
  }
  if (credential instanceof PublicKeyCredential) return credential;
  throw refused('no credential');
}

function prfResult(credential: PublicKeyCredential): Uint8Array | undefined {
  const first = credential.getClientExtensionResults().prf?.results?.first;
  if (first === undefined) return undefined;
  return first instanceof ArrayBuffer ? new Uint8Array(first) : new Uint8Array(first.buffer);
}

/** The 32 bytes that this passkey derives. Throws `PASSKEY_REFUSED`, `PASSKEY_UNSUPPORTED`. */
export async function passkeySecret({ credentialId, prfSalt }: PasskeyName): Promise<Uint8Array> {
  const credential = await ask(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        allowCredentials: [{ type: 'public-key', id: hexToBytes(credentialId) }],
        userVerification: 'required',
        extensions: { prf: { eval: { first: hexToBytes(prfSalt) } } },
      },
    }),
  );
  const secret = prfResult(credential);
  if (secret === undefined) throw unsupported();
  return secret;
}

/** Makes a passkey for this page and asks it for its bytes. Throws `PASSKEY_REFUSED`, `PASSKEY_UNSUPPORTED`. */
export async function createPasskey(
  name: string,
): Promise<{ readonly passkey: PasskeyName; readonly secret: Uint8Array }> {
  const salt = crypto.getRandomValues(new Uint8Array(32));
  const credential = await ask(() =>
    navigator.credentials.create({
      publicKey: {
        rp: { name },
        user: { id: crypto.getRandomValues(new Uint8Array(16)), name, displayName: name },
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        // ES256 and RS256: what authenticators have.
        pubKeyCredParams: [
          { type: 'public-key', alg: -7 },
          { type: 'public-key', alg: -257 },
        ],
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
        extensions: { prf: { eval: { first: salt } } },
      },
    }),
  );
  if (credential.getClientExtensionResults().prf?.enabled !== true) throw unsupported();
  const passkey = { credentialId: bytesToHex(new Uint8Array(credential.rawId)), prfSalt: bytesToHex(salt) };
  // Many authenticators derive only when they are used, not when they are made.
  return { passkey, secret: prfResult(credential) ?? (await passkeySecret(passkey)) };
}
