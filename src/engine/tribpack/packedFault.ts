/** Why and where a packed file was refused; `openPacked` turns it into a typed error. */
export class PackedFault extends Error {
  readonly place: string;
  readonly truncated: boolean;
  constructor(message: string, place: string, truncated = false) {
    super(message);
    this.place = place;
    this.truncated = truncated;
  }
}
