// A signed dag-cbor document: a map whose field `sig` is the author's EIP-191 signature over the dag-cbor bytes of the
// same map without `sig`. dag-cbor has one encoding per value, so the signed bytes can be encoded again from the fields.
import { encode } from '@ipld/dag-cbor';
import * as v from 'valibot';
import { bytesToHex, hexToBytes, ownBytes } from '../lib/bytes.ts';
import { decodeCanonicalCbor } from '../lib/canonicalCbor.ts';
import { canonicalSignature, isCanonicalSignature } from '../lib/canonicalSignature.ts';
import { TributaryError, toTributaryError } from '../lib/errors.ts';
import { sha256Async } from '../lib/sha256Async.ts';
import type { Cid } from '../lib/units.ts';
import { getChecked } from './cids.ts';
import type { Address, BlockStore, Hex, ReadOptions, Signer, Verify } from './types.ts';

/** The CAIP-10 account of an EVM address, in lower case, so that an account has one spelling. */
export function accountOf(address: Address, chainId: number): string {
  return `eip155:${chainId}:${address.toLowerCase()}`;
}

/** The address of a CAIP-10 account. Throws `AUTHOR_INVALID`. */
export function authorAddress(author: string): Address {
  const address = /^eip155:[1-9]\d{0,15}:(0x[0-9a-f]{40})$/.exec(author)?.[1];
  if (address === undefined) {
    throw new TributaryError({
      code: 'AUTHOR_INVALID',
      message: 'This is not an account on an EVM chain.',
      facts: { author: author.slice(0, 100) },
      hint: 'An account is written eip155:<chain>:<address in lower case>.',
    });
  }
  return address as Address;
}

/** SHA-256 of the signed bytes, 64 hexadecimal digits. An author can sign them more than once, and they stay one statement. */
async function statementOf(signed: Uint8Array<ArrayBuffer>): Promise<string> {
  return bytesToHex(await sha256Async(signed));
}

export interface SignDocumentParameters {
  readonly body: Readonly<Record<string, unknown>>;
  readonly signer: Signer;
  readonly blocks: BlockStore;
  readonly signal?: AbortSignal | undefined;
}

/** Signs and stores `body`. Errors of the signer, such as a refusal in the wallet, pass through. */
export async function signDocument({
  body,
  signer,
  blocks,
  signal,
}: SignDocumentParameters): Promise<{ readonly cid: Cid; readonly sig: Hex; readonly statement: string }> {
  const signed = ownBytes(encode(body));
  const sig = canonicalSignature(await signer.signMessage(signed));
  signal?.throwIfAborted();
  const cid = await blocks.put(ownBytes(encode({ ...body, sig: hexToBytes(sig) })), 'dag-cbor', { signal });
  return { cid, sig, statement: await statementOf(signed) };
}

export interface ReadDocumentParameters<Schema extends v.GenericSchema> extends ReadOptions {
  readonly cid: Cid;
  /** The kind of document that is expected, for error texts: "contribution". */
  readonly kind: string;
  readonly schema: Schema;
  readonly maxBytes: number;
  readonly blocks: BlockStore;
  readonly verify: Verify;
}

/**
 * Reads a signed document: size, hash, dag-cbor, shape, canonical form, then signature. Throws `DOCUMENT_INVALID` (facts name
 * the field), `SIGNATURE_NOT_CANONICAL`, `SIGNATURE_INVALID`, and as `getChecked`.
 */
export async function readDocument<
  Schema extends v.GenericSchema<unknown, { readonly author: string; readonly sig: Uint8Array }>,
>({
  cid,
  kind,
  schema,
  maxBytes,
  blocks,
  verify,
  signal,
}: ReadDocumentParameters<Schema>): Promise<{
  readonly document: v.InferOutput<Schema>;
  readonly sig: Hex;
  readonly statement: string;
}> {
  const bytes = await getChecked({ cid, codec: 'dag-cbor', maxBytes, blocks, signal });
  const refuse = (path: string, cause?: unknown): never => {
    throw new TributaryError({
      code: 'DOCUMENT_INVALID',
      message: `This block is not a well-formed ${kind}.`,
      facts: { cid, path },
      hint: 'It is refused; ask its author to publish it again with a current Tributary.',
      ...(cause === undefined ? {} : { cause }),
    });
  };
  let decoded: unknown;
  try {
    decoded = decodeCanonicalCbor(bytes);
  } catch (error) {
    return refuse('(not canonical dag-cbor)', toTributaryError(error));
  }
  const parsed = v.safeParse(schema, decoded);
  if (!parsed.success)
    return refuse(
      v.getDotPath(parsed.issues[0]) ?? '(root)',
      new TributaryError({
        code: 'DOCUMENT_FIELD',
        message: parsed.issues[0].message,
        hint: 'See the documentation of the format.',
      }),
    );
  const document = parsed.output as v.InferOutput<Schema>;

  const { sig, ...body } = decoded as { sig: Uint8Array } & Record<string, unknown>;
  const signed = ownBytes(encode(body));
  const signature: Hex = `0x${bytesToHex(sig)}`;
  if (!isCanonicalSignature(signature)) {
    throw new TributaryError({
      code: 'SIGNATURE_NOT_CANONICAL',
      message: `The signature of this ${kind} is not in its one canonical form.`,
      facts: { cid, author: document.author, kind },
      hint: 'It is refused: it may be a changed copy of another document; ask the author for the original.',
    });
  }
  if (!(await verify(authorAddress(document.author), signed, signature))) {
    throw new TributaryError({
      code: 'SIGNATURE_INVALID',
      message: `The signature of this ${kind} is not its author's.`,
      facts: { cid, author: document.author },
      hint: 'It is refused: someone else made or changed it.',
    });
  }
  return { document, sig: signature, statement: await statementOf(signed) };
}
