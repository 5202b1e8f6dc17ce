/** Why a packed file was refused, and where: `openPacked` makes a typed error of it. */
export class PackedFault extends Error {
  readonly place: string;
  readonly truncated: boolean;
  constructor(message: string, place: string, truncated = false) {
    super(message);
    this.place = place;
    this.truncated = truncated;
  }
}
