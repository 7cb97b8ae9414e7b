/** Writes `state` as a cursor of `version`, the manifest's `cursorVersion`. @param {number} version @param {unknown} state */
export function write(version: number, state: unknown): Uint8Array<ArrayBuffer>;
/** Reads a cursor of `version` that `write` wrote; none gives none.
 * @param {number} version @param {Uint8Array | undefined} cursor @returns {any} */
export function read(version: number, cursor: Uint8Array | undefined): any;
/** Most bytes that the host keeps of a cursor. */
export const BYTES_MAX: number;
