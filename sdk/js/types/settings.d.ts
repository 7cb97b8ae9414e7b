/**
 * Parses the settings of a source; a fault names the field that is wrong.
 * @template {z.ZodType} S
 * @param {S} settings @param {string} config
 * @returns {z.output<S>}
 */
export function parse<S extends z.ZodType>(settings: S, config: string): z.output<S>;
/** Returns the JSON Schema (2020-12) of settings as text. @param {z.ZodType} settings */
export function schema(settings: z.ZodType): string;
import { z } from "zod";
