// Proof of Attribution: which rows shaped this answer, by how much, how sure, and a receipt that anyone can re-check.
// Two labelled channels, never mixed up in words: *influential (estimated)* from gradients, *matches verbatim* from a
// suffix array over the training text. It does not know models, chain or screens: its inputs are gradients and token ids.
export { createAttributionService } from './createAttributionService.ts';
export { decodeReceipt } from './files/decodeReceipt.ts';
export type * from './files/receiptTypes.ts';
export type * from './service.ts';
export type * from './types.ts';
